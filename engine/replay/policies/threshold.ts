import type { ReplayMove, ReplayPolicy, ReplayView } from "../policy";

/**
 * Which VM leaves a host above the threshold: the one that is copied soonest ("minimum migration time"), the one with
 * the least demand that is enough to bring the host below, else the greatest ("minimum number of moves"), or the
 * greatest.
 */
export type VmSelection = "minimumMigrationTime" | "fewestMoves" | "greatest";

export interface ThresholdOptions {
  /** Share of a host's CPU above which VMs leave it, and up to which others take them. */
  readonly threshold: number;
  readonly selection: VmSelection;
}

interface Candidate {
  readonly id: string;
  readonly mhz: number;
  readonly memoryMb: number;
}

/**
 * The reactive baseline: hosts above a threshold now give VMs away, one after the other, to the least loaded host that
 * stays below it, until they are below themselves. Source: Beloglazov and Buyya, "Optimal Online Deterministic
 * Algorithms and Adaptive Heuristics for Energy and Performance Efficient Dynamic Consolidation of Virtual Machines in
 * Cloud Data Centers", 2012, policies THR and MMT; hosts are not switched off, so the least loaded host takes a VM, not
 * the one that draws least power more for it.
 */
export function thresholdPolicy({ threshold, selection }: ThresholdOptions): ReplayPolicy {
  return { name: `threshold ${threshold} ${selection}`, decide: (view) => decide(view, threshold, selection) };
}

function decide(view: ReplayView, threshold: number, selection: VmSelection): ReplayMove[] {
  const hosts = view.snapshot.hosts.flatMap(({ id, cpuMhz, cluster }) =>
    cluster === view.cluster && cpuMhz !== null ? [{ id, cpuMhz }] : [],
  );
  const load = new Map(hosts.map(({ id }) => [id, 0]));
  const add = (host: string, mhz: number) => load.set(host, (load.get(host) ?? 0) + mhz);
  const vmsOn = new Map<string, Candidate[]>(hosts.map(({ id }) => [id, []]));
  const leaving = new Map(view.flights.map((flight) => [flight.vm, flight]));
  const newest = new Map(view.history.ids.map((id, row) => [id, newestOf(view.history.cpuMhz[row])]));
  for (const { id, host, memoryMb } of view.snapshot.virtualMachines) {
    const mhz = newest.get(id);
    if (mhz === undefined || Number.isNaN(mhz) || host === null) continue;
    // What is on its way is where it goes: acting on it again would move others for nothing.
    add(leaving.get(id)?.to ?? host, mhz);
    if (!leaving.has(id)) vmsOn.get(host)?.push({ id, mhz, memoryMb: memoryMb ?? Infinity });
  }
  const share = (host: { id: string; cpuMhz: number }) => load.get(host.id)! / host.cpuMhz;
  const moves: ReplayMove[] = [];
  const over = hosts.filter((host) => share(host) > threshold).sort((a, b) => share(b) - share(a));
  for (const host of over) {
    const candidates = vmsOn.get(host.id)!;
    while (share(host) > threshold && candidates.length > 0) {
      const vm = select(candidates, load.get(host.id)! - threshold * host.cpuMhz, selection);
      candidates.splice(candidates.indexOf(vm), 1);
      const to = hosts
        .filter((other) => other.id !== host.id && load.get(other.id)! + vm.mhz <= threshold * other.cpuMhz)
        .sort((a, b) => share(a) - share(b))
        .find((other) => view.fits(vm.id, other.id));
      if (!to) continue;
      moves.push({ vm: vm.id, to: to.id });
      add(host.id, -vm.mhz);
      add(to.id, vm.mhz);
    }
  }
  return moves;
}

function select(vms: readonly Candidate[], excess: number, selection: VmSelection): Candidate {
  const best = (rank: (vm: Candidate) => number) => vms.reduce((a, b) => (rank(b) < rank(a) ? b : a));
  if (selection === "minimumMigrationTime") return best(({ memoryMb }) => memoryMb);
  if (selection === "greatest") return best(({ mhz }) => -mhz);
  const enough = vms.filter(({ mhz }) => mhz >= excess);
  return enough.length > 0 ? enough.reduce((a, b) => (b.mhz < a.mhz ? b : a)) : best(({ mhz }) => -mhz);
}

function newestOf(values: Float64Array): number {
  for (let i = values.length - 1; i >= 0; i--) if (!Number.isNaN(values[i])) return values[i];
  return Number.NaN;
}
