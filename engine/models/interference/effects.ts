import type { HostInterval } from "./observation";
import type { VmEffect } from "./schema";

/** Units of (observation × load²) that a VM must have been seen for until half of what it differs by is believed. */
const SHRINKAGE = 2;
/** Sweeps over all VMs; each lowers the squared error, whatever moves together. */
const SWEEPS = 10;

/**
 * What single VMs add to their kinds: which one suffers more than its like, and which one is the noisy neighbour. Ridge
 * regression of what the kinds leave unexplained, one coordinate after the other (Gauss and Seidel). What was known
 * before, decayed, is data like any other, so that a VM that stopped to disturb is forgiven.
 */
export function learnEffects(
  before: Readonly<Record<string, VmEffect>>,
  decay: number,
  intervals: readonly HostInterval[],
  expected: (victim: string, other: string) => number,
  weightOf: (at: number) => number,
): Record<string, VmEffect> {
  const ids = [...new Set([...Object.keys(before), ...intervals.flatMap(({ members }) => members.map(({ vm }) => vm))])]; // prettier-ignore
  ids.sort();
  const rowOf = new Map(ids.map((id, row) => [id, row]));
  const suffers = sideOf(ids, decay, (id) => [before[id]?.suffers ?? 0, before[id]?.suffersWeight ?? 0]);
  const causes = sideOf(ids, decay, (id) => [before[id]?.causes ?? 0, before[id]?.causesWeight ?? 0]);
  const hosts = intervals.map((interval) => hostOf(interval, rowOf, expected, weightOf(interval.at)));
  const entries = entriesByVm(ids.length, hosts);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let vm = 0; vm < ids.length; vm++) {
      refitSuffers(vm, entries[vm], hosts, suffers, causes.value[vm]);
      refitCauses(vm, entries[vm], hosts, causes);
    }
  }
  return Object.fromEntries(
    ids.map((id, vm): [string, VmEffect] => [
      id,
      {
        suffers: suffers.value[vm],
        suffersWeight: suffers.weight[vm],
        causes: causes.value[vm],
        causesWeight: causes.weight[vm],
      },
    ]),
  );
}

/** One of the two effects, of all VMs. */
interface Side {
  readonly value: Float64Array;
  readonly weight: Float64Array;
  /** What is known from before: the moment and the weight of the data it came from. */
  readonly moment: Float64Array;
  readonly believed: Float64Array;
}

function sideOf(ids: readonly string[], decay: number, known: (id: string) => readonly [number, number]): Side {
  const pairs = ids.map(known);
  return {
    value: new Float64Array(ids.length),
    weight: new Float64Array(ids.length),
    moment: Float64Array.from(pairs, ([value, weight]) => decay * value * (weight + SHRINKAGE)),
    believed: Float64Array.from(pairs, ([, weight]) => decay * weight),
  };
}

/** A host's interval, with sums kept up to date so that one VM's change costs the same however many are beside it. */
interface HostState {
  readonly weight: number;
  readonly loads: Float64Array;
  /** [member] what its kind leaves of its loss, less what it is known to suffer; NaN without telemetry. */
  readonly left: Float64Array;
  /** [member] load of the others. */
  readonly beside: Float64Array;
  /** Members with telemetry, and the sum of their `left`. */
  readonly victims: number;
  leftOfAll: number;
  /** Sum of load × causes over all members, and over those with telemetry. */
  caused: number;
  causedByVictims: number;
  /** Rows of the members' VMs. */
  readonly rows: Int32Array;
}

function hostOf(
  { members }: HostInterval,
  rowOf: ReadonlyMap<string, number>,
  expected: (victim: string, other: string) => number,
  weight: number,
): HostState {
  const loads = Float64Array.from(members, ({ load }) => load);
  const all = loads.reduce((sum, load) => sum + load, 0);
  const left = Float64Array.from(members, ({ vm, lost }) => {
    if (lost === null) return Number.NaN;
    return members.reduce((rest, other) => (other.vm === vm ? rest : rest - other.load * expected(vm, other.vm)), lost);
  });
  const known = left.filter((value) => !Number.isNaN(value));
  return {
    weight,
    loads,
    left,
    beside: loads.map((load) => all - load),
    victims: known.length,
    leftOfAll: known.reduce((sum, value) => sum + value, 0),
    caused: 0,
    causedByVictims: 0,
    rows: Int32Array.from(members, ({ vm }) => rowOf.get(vm) ?? -1),
  };
}

type Entry = readonly [host: number, member: number];

function entriesByVm(vms: number, hosts: readonly HostState[]): Entry[][] {
  const entries: Entry[][] = Array.from({ length: vms }, () => []);
  hosts.forEach(({ rows }, host) => rows.forEach((vm, member) => entries[vm].push([host, member])));
  return entries;
}

function refitSuffers(
  vm: number,
  entries: readonly Entry[],
  hosts: readonly HostState[],
  side: Side,
  own: number,
): void {
  const old = side.value[vm];
  let moment = side.moment[vm];
  let weight = side.believed[vm];
  for (const [h, member] of entries) {
    const host = hosts[h];
    if (Number.isNaN(host.left[member])) continue;
    const beside = host.beside[member];
    // `left` is without what it suffers by now; a VM doesn't disturb itself.
    const residual = host.left[member] + beside * old - (host.caused - host.loads[member] * own);
    moment += host.weight * beside * residual;
    weight += host.weight * beside * beside;
  }
  const value = moment / (weight + SHRINKAGE);
  side.value[vm] = value;
  side.weight[vm] = weight;
  for (const [h, member] of entries) {
    const host = hosts[h];
    if (Number.isNaN(host.left[member])) continue;
    const change = host.beside[member] * (value - old);
    host.left[member] -= change;
    host.leftOfAll -= change;
  }
}

function refitCauses(vm: number, entries: readonly Entry[], hosts: readonly HostState[], side: Side): void {
  const old = side.value[vm];
  let moment = side.moment[vm];
  let weight = side.believed[vm];
  for (const [h, member] of entries) {
    const host = hosts[h];
    const load = host.loads[member];
    const isVictim = !Number.isNaN(host.left[member]);
    const others = host.victims - (isVictim ? 1 : 0);
    // Residuals of all victims together, then without this VM's own.
    const ofAll = host.leftOfAll - (host.victims * host.caused - host.causedByVictims);
    const own = isVictim ? host.left[member] - (host.caused - load * old) : 0;
    moment += host.weight * load * (ofAll - own + others * load * old);
    weight += host.weight * load * load * others;
  }
  const value = moment / (weight + SHRINKAGE);
  side.value[vm] = value;
  side.weight[vm] = weight;
  for (const [h, member] of entries) {
    const host = hosts[h];
    const change = host.loads[member] * (value - old);
    host.caused += change;
    if (!Number.isNaN(host.left[member])) host.causedByVictims += change;
  }
}
