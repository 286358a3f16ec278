import type { WorkloadKind } from "./schema";

/** What is known of a VM without having seen it run beside others. */
export interface VmTraits {
  readonly id: string;
  /** Its application tag, guest system or workload class: whatever tells most of what it does. */
  readonly family: string;
  readonly vcpus: number | null;
  /** Mean demand of CPU, MHz; null before it has run. */
  readonly demandMhz: number | null;
}

/** What happened on one host in one interval of time. */
export interface HostInterval {
  /** Epoch seconds. */
  readonly at: number;
  readonly members: readonly {
    readonly vm: string;
    /** Its CPU demand over the host's CPU capacity, 0 to 1. */
    readonly load: number;
    /** Share of the CPU time it wanted that it did not get, 0 to 1; null where telemetry lacks it. */
    readonly lost: number | null;
  }[];
}

/**
 * Share of the time a VM was ready to run that it waited for a core. `readyPercent` is of its wall-clock time per vCPU
 * (`cpu.readiness`), `usedPercent` the same for the time it ran. Null where either is missing; 0 for a VM that wanted
 * nothing.
 */
export function shareLost(readyPercent: number, usedPercent: number): number | null {
  if (!Number.isFinite(readyPercent) || !Number.isFinite(usedPercent)) return null;
  const wanted = readyPercent + usedPercent;
  return wanted <= 0 ? 0 : Math.min(1, Math.max(0, readyPercent / wanted));
}

/** More kinds than this are more than a cluster's history can tell apart. */
export const MOST_KINDS = 24;
/** Family of the VMs whose own is too rare to be one. */
export const OTHER_FAMILY = "other";

const sizeOf = ({ vcpus }: VmTraits) => (vcpus === null ? null : Math.round(Math.log2(vcpus)));

/** The kinds that VMs fall into: family by size. The rarest are put together once there are more than {@link MOST_KINDS}. */
export function kindsOf(vms: readonly VmTraits[]): WorkloadKind[] {
  const groups = new Map<string, VmTraits[]>();
  for (const vm of vms) {
    const key = JSON.stringify([vm.family, sizeOf(vm)]);
    groups.set(key, [...(groups.get(key) ?? []), vm]);
  }
  const sorted = [...groups.entries()].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  const whole = sorted.length <= MOST_KINDS ? sorted : sorted.slice(0, MOST_KINDS - 1);
  const rest = sorted.slice(whole.length).flatMap(([, members]) => members);
  const kinds = whole.map(([, members]) => kind(members[0].family, sizeOf(members[0]), members));
  return rest.length ? [...kinds, kind(OTHER_FAMILY, null, rest)] : kinds;
}

function kind(family: string, size: number | null, members: readonly VmTraits[]): WorkloadKind {
  const demands = members.flatMap(({ demandMhz }) => (demandMhz !== null && demandMhz > 0 ? [demandMhz] : []));
  return {
    name: size === null ? family : `${family}, ${2 ** size} vCPU`,
    family,
    size,
    intensity: demands.length ? Math.log2(demands.reduce((sum, value) => sum + value, 0) / demands.length) : null,
  };
}

/** Row of the kind that a VM, perhaps a new one, is most like: its family first, then its size. */
export function kindOf(kinds: readonly WorkloadKind[], vm: VmTraits): number {
  const size = sizeOf(vm);
  const distance = (candidate: WorkloadKind) => {
    const family = candidate.family === vm.family ? 0 : candidate.family === OTHER_FAMILY ? 100 : 200;
    return family + (size === null || candidate.size === null ? 5 : Math.abs(size - candidate.size));
  };
  return kinds.reduce((best, candidate, i) => (distance(candidate) < distance(kinds[best]) ? i : best), 0);
}
