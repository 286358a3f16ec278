import type { Interference, Traffic } from "../relations";

/** A mutual loss of this share of CPU time brings the affinity to -(1 - 1/e). */
const LOSS_SCALE = 0.1;
/** So much traffic between two VMs brings it to 1 - 1/e: kept on one host, it needs no network. */
const TRAFFIC_SCALE_KBPS = 10_000;

/** Share of its CPU time that VM `a` loses beside `b`; not below 0, for no VM runs faster for company. */
export function lossBeside({ rank, suffers, causes }: Interference, a: number, b: number): number {
  let sum = 0;
  for (let r = 0; r < rank; r++) sum += suffers[a * rank + r] * causes[b * rank + r];
  return Math.max(0, sum);
}

/**
 * Affinity of two VMs, -1 to 1, symmetric: below 0 they disturb each other more than being together serves them, above 0
 * they talk more than they disturb, 0 is indifference.
 */
export function affinity(interference: Interference, a: number, b: number, kilobytesPerSecond = 0): number {
  const lost = lossBeside(interference, a, b) + lossBeside(interference, b, a);
  return Math.exp(-lost / LOSS_SCALE) - Math.exp(-kilobytesPerSecond / TRAFFIC_SCALE_KBPS);
}

/** Two VMs on one host whose affinity is below the threshold. */
export interface Conflict {
  readonly a: number;
  readonly b: number;
  readonly host: number;
  readonly affinity: number;
  /** The one to move: it causes the greater loss to all on its host, itself unhurt. */
  readonly mover: number;
}

/** Where VMs run: [VM] row of its host, -1 for none. */
export type Hosts = ArrayLike<number>;

/**
 * Pairs on one host that a migration should part, worst first; `threshold` is the least affinity that is put up with.
 * Quadratic in the VMs of a host, not of the cluster.
 */
export function conflicts(
  interference: Interference,
  hosts: Hosts,
  threshold: number,
  traffic: Traffic | null = null,
): Conflict[] {
  const talk = talkOf(traffic);
  const found: Conflict[] = [];
  for (const [host, members] of membersOf(hosts)) {
    const caused = new Map(
      members.map((b) => [b, members.reduce((sum, a) => (a === b ? sum : sum + lossBeside(interference, a, b)), 0)]),
    );
    for (const a of members)
      for (const b of members) {
        if (a >= b) continue;
        const value = affinity(interference, a, b, talk(a, b));
        if (value >= threshold) continue;
        const mover = (caused.get(a) ?? 0) > (caused.get(b) ?? 0) ? a : b;
        found.push({ a, b, host, affinity: value, mover });
      }
  }
  return found.sort((x, y) => x.affinity - y.affinity || x.a - y.a || x.b - y.b);
}

/**
 * The health index with its affinity component: `health` (0 to 1, of whatever else it is made of) and the mean affinity
 * of the pairs that share a host, brought to 0 to 1, weighted. Pairs on different hosts are left out: parting two that
 * disturb each other must raise the index.
 */
export function healthIndex(
  health: number,
  interference: Interference,
  hosts: Hosts,
  traffic: Traffic | null = null,
  weight = 0.2,
): { readonly index: number; readonly affinity: number | null } {
  const talk = talkOf(traffic);
  let sum = 0;
  let pairs = 0;
  for (const [, members] of membersOf(hosts))
    for (const a of members)
      for (const b of members) {
        if (a >= b) continue;
        sum += affinity(interference, a, b, talk(a, b));
        pairs++;
      }
  if (pairs === 0) return { index: health, affinity: null };
  const mean = sum / pairs;
  return { index: (1 - weight) * health + (weight * (1 + mean)) / 2, affinity: mean };
}

function membersOf(hosts: Hosts): Map<number, number[]> {
  const members = new Map<number, number[]>();
  for (let vm = 0; vm < hosts.length; vm++) {
    if (hosts[vm] < 0) continue;
    const list = members.get(hosts[vm]);
    if (list) list.push(vm);
    else members.set(hosts[vm], [vm]);
  }
  return members;
}

function talkOf(traffic: Traffic | null): (a: number, b: number) => number {
  const pairs = new Map<string, number>();
  traffic?.from.forEach((from, i) => pairs.set(`${from} ${traffic.to[i]}`, traffic.kilobytesPerSecond[i]));
  return (a, b) => (pairs.size === 0 ? 0 : (pairs.get(`${Math.min(a, b)} ${Math.max(a, b)}`) ?? 0));
}
