import { hostFailures } from "./host-failures";

/** Where a VM of the group runs, or would. */
export interface Replica {
  /** Row of its host. */
  readonly host: number;
  /** [host] that it fails once that host has failed, through what it depends on; null where nobody knows. */
  readonly cascade: ArrayLike<number> | null;
}

export interface ReplicaQuestion {
  /** Probability of each host within the horizon. */
  readonly own: ArrayLike<number>;
  /** [host][host] that both fail; null: independent. */
  readonly joint: ArrayLike<number> | null;
  /** Those that there are, in the order in which the last is given up first, then those that could be added. */
  readonly replicas: readonly Replica[];
  /** How many must be left. */
  readonly needed: number;
  readonly riskBound: number;
  readonly seed: number;
}

export interface ReplicaAdvice {
  /** The smallest number whose risk stays within the bound; null where not even all would do. */
  readonly suggested: number | null;
  /** [n] probability that fewer than needed of the first n are left; 1 for n below needed. */
  readonly risk: readonly number[];
  /** Simulated horizons. */
  readonly draws: number;
}

/** At a risk of just the bound its standard error is a sixth of it with this many expected losses. */
const LOSSES = 36;
const LEAST_DRAWS = 20_000;
/** One-sided, 95 %. */
const Z = 1.645;

/**
 * How many alike VMs there must be so that fewer than `needed` are left with no more than the bound's probability, given
 * how hosts fail together and what each failure takes along. All numbers are judged in the same simulated horizons, and
 * one counts as enough only if the upper limit of its estimate is within the bound.
 *
 * A failure that reaches the group through what it depends on reaches alike VMs alike: one draw decides for all of them.
 */
export function replicaAdvice(question: ReplicaQuestion): ReplicaAdvice {
  const { replicas, needed, riskBound, seed } = question;
  const draws = Math.max(LEAST_DRAWS, Math.ceil(LOSSES / riskBound));
  const short = new Uint32Array(replicas.length + 1);
  const involved = involvedHosts(question);
  const rows = new Map(involved.map((host, row) => [host, row]));
  const failures = hostFailures(
    involved.map((host) => question.own[host]),
    question.joint === null ? null : submatrix(question.joint, question.own.length, involved),
    seed,
  );
  const reach = replicas.map(({ host, cascade }) => ({
    host: rows.get(host)!,
    cascade: cascade && Float64Array.from(involved, (each) => cascade[each]),
  }));
  const failed = new Uint8Array(involved.length);
  const chance = lowDiscrepancy();
  for (let draw = 0; draw < draws; draw++) {
    failures.draw(failed);
    const share = chance(draw);
    let left = 0;
    for (let i = 0; i < reach.length; i++) {
      if (!isLost(reach[i], failed, share)) left++;
      if (left < needed) short[i + 1]++;
    }
  }
  const risk = Array.from(short, (count, n) => (n < needed ? 1 : count / draws));
  const enough = risk.findIndex((value, n) => n >= needed && upperLimit(value, draws) <= riskBound);
  return { suggested: enough < 0 ? null : enough, risk, draws };
}

/** Hosts of the replicas, and those whose failure reaches one. */
function involvedHosts({ own, replicas }: ReplicaQuestion): number[] {
  const hosts = new Set(replicas.map(({ host }) => host));
  for (let host = 0; host < own.length; host++) {
    if (replicas.some(({ cascade }) => cascade !== null && cascade[host] > 0)) hosts.add(host);
  }
  return [...hosts].sort((a, b) => a - b);
}

function isLost(
  { host, cascade }: { host: number; cascade: Float64Array | null },
  failed: Uint8Array,
  share: number,
): boolean {
  if (failed[host] === 1) return true;
  if (cascade === null) return false;
  let spared = 1;
  for (let source = 0; source < failed.length; source++) if (failed[source] === 1) spared *= 1 - cascade[source];
  return share >= spared;
}

const submatrix = (matrix: ArrayLike<number>, size: number, rows: readonly number[]): Float64Array =>
  Float64Array.from(rows.flatMap((row) => rows.map((column) => matrix[row * size + column])));

/** Multiples of the golden section, modulo 1: evenly spread in [0, 1) however many are taken. */
const lowDiscrepancy = () => (i: number) => (i * 0.618_033_988_749_894_8) % 1;

/** Wilson's upper limit of a share. */
function upperLimit(share: number, n: number): number {
  const z2 = Z * Z;
  const centre = share + z2 / (2 * n);
  const spread = Z * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return (centre + spread) / (1 + z2 / n);
}
