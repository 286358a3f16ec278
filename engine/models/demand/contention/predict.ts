import type { Assessment } from "../../assessment";
import { type KnownEvent, overlap, withKnownGrowth } from "../known-events";
import { ASSUMED_COMMON_FACTOR } from "./common-factor";
import { Load } from "./load";
import { NORMAL_NODES } from "./normal";
import type { ContentionPrediction } from "./schema";

/** A host as far as contention goes. */
export interface ContentionHost {
  readonly id: string;
  readonly zone: string | null;
  readonly cpuMhz: number | null;
  readonly memoryMb: number | null;
}

export interface ContentionOptions {
  /** Share of the capacity above which VMs are taken to wait. */
  readonly threshold?: { readonly cpu: number; readonly memory: number };
  /** Correlation of the VMs' deviations; see `estimateCommonFactor`. */
  readonly commonFactor?: number;
  readonly events?: readonly KnownEvent[];
}

type Resource = "cpu" | "memory";
/** Above these VMs notice: CPU ready climbs from about four fifths on, ESXi reclaims memory at about its 94 %. */
const THRESHOLD = { cpu: 0.8, memory: 0.94 };

/**
 * Contention over the horizon if every VM stays where `placement` puts it: per host and slot the probability that the
 * VMs' demand passes the threshold, inside a zone that any of its hosts does, and across zones that a zone as a whole
 * does. Demands are normal with a common factor, so hosts get hot together, not each for itself. A host in planned
 * maintenance gives no capacity for that part of the slot.
 *
 * @param placement host id by row of the assessment's VMs; null for one that is nowhere
 * @throws AffinityError EVENT_UNKNOWN where planned growth names a VM that isn't there
 * @throws RangeError where `placement` has another length, or `commonFactor` isn't in [0, 1)
 */
export function predictContention(
  assessment: Assessment,
  placement: readonly (string | null)[],
  hosts: readonly ContentionHost[],
  options: ContentionOptions = {},
): ContentionPrediction {
  const { threshold = THRESHOLD, commonFactor = ASSUMED_COMMON_FACTOR, events = [] } = options;
  if (placement.length !== assessment.virtualMachines.ids.length) throw new RangeError("a host per VM is needed");
  if (!(commonFactor >= 0 && commonFactor < 1)) throw new RangeError(`commonFactor is ${commonFactor}`);
  const grown = withKnownGrowth(assessment, events);
  const { horizon } = grown;
  const unknown = new Int32Array(hosts.length);
  const members = membersOf(placement, hosts);
  const loads = { cpu: loadsOf(grown, "cpu", members, unknown), memory: loadsOf(grown, "memory", members, unknown) };
  const limits = {
    cpu: hosts.map((host) => limitsOf(host, "cpu", threshold.cpu, grown, events)),
    memory: hosts.map((host) => limitsOf(host, "memory", threshold.memory, grown, events)),
  };
  const each = (of: (resource: Resource) => number[] | null) => ({ cpu: of("cpu"), memory: of("memory") });
  const zones = [...new Set(hosts.flatMap(({ zone }) => zone ?? []))].sort();
  return {
    horizon: { ...horizon },
    threshold: { ...threshold },
    commonFactor,
    hosts: hosts.map((host, h) => {
      const contention = each(
        (resource) =>
          limits[resource][h]?.map((limit, slot) => loads[resource][h][slot].exceeds(limit, commonFactor)) ?? null,
      );
      const slots = Array.from({ length: horizon.length }, (_, slot) =>
        Math.max(contention.cpu?.[slot] ?? 0, contention.memory?.[slot] ?? 0),
      );
      const worst = Math.max(...slots);
      return {
        ...{ host: host.id, zone: host.zone, contention, worst, worstSlot: slots.indexOf(worst) },
        unknownVirtualMachines: unknown[h],
      };
    }),
    zones: zones.map((zone) => {
      const inZone = hosts.flatMap((host, h) => (host.zone === zone ? [h] : []));
      const parts = (resource: Resource) => ({
        loads: inZone.map((h) => loads[resource][h]),
        limits: inZone.map((h) => limits[resource][h]),
      });
      return {
        zone,
        inside: each((resource) => inside(parts(resource), commonFactor)),
        across: each((resource) => across(parts(resource), commonFactor)),
      };
    }),
  };
}

function membersOf(placement: readonly (string | null)[], hosts: readonly ContentionHost[]): number[][] {
  const indexOf = new Map(hosts.map(({ id }, h) => [id, h]));
  const members: number[][] = hosts.map(() => []);
  placement.forEach((host, row) => {
    const h = host === null ? undefined : indexOf.get(host);
    if (h !== undefined) members[h].push(row);
  });
  return members;
}

/** [host][slot]; a VM with a need that nobody knows is counted in `unknown`, once, and left out. */
function loadsOf(
  { horizon, virtualMachines }: Assessment,
  resource: Resource,
  members: readonly (readonly number[])[],
  unknown: Int32Array,
): Load[][] {
  const { mean, variance } = resource === "cpu" ? virtualMachines.cpuMhz : virtualMachines.memoryMb;
  return members.map((rows, h) => {
    const loads = Array.from({ length: horizon.length }, () => new Load());
    for (const row of rows) {
      const first = row * horizon.length;
      if (Number.isNaN(mean[first])) {
        if (resource === "cpu" || !Number.isNaN(virtualMachines.cpuMhz.mean[first])) unknown[h]++;
        continue;
      }
      for (let slot = 0; slot < horizon.length; slot++) loads[slot].add(mean[first + slot], variance[first + slot]);
    }
    return loads;
  });
}

/** What the host may be asked for in each slot; null where its capacity isn't known. */
function limitsOf(
  host: ContentionHost,
  resource: Resource,
  threshold: number,
  { horizon }: Assessment,
  events: readonly KnownEvent[],
): number[] | null {
  const capacity = resource === "cpu" ? host.cpuMhz : host.memoryMb;
  if (capacity === null) return null;
  const away = events.filter((event) => event.kind === "maintenance" && event.host === host.id);
  return Array.from({ length: horizon.length }, (_, slot) => {
    const out = away.map((event) => overlap(horizon.start + slot * horizon.step, horizon.step, event));
    return threshold * capacity * (1 - Math.max(0, ...out));
  });
}

interface ZonePart {
  /** [host][slot] */
  readonly loads: readonly (readonly Load[])[];
  readonly limits: readonly (readonly number[] | null)[];
}

/** At least one host above its limit: given the common factor, hosts are independent. */
function inside({ loads, limits }: ZonePart, rho: number): number[] | null {
  if (limits.every((limit) => limit === null)) return null;
  return loads[0].map((_, slot) => {
    let probability = 0;
    for (const { at, weight } of NORMAL_NODES) {
      let none = 1;
      limits.forEach((limit, h) => {
        if (limit) none *= 1 - loads[h][slot].exceedsGiven(limit[slot], rho, at);
      });
      probability += weight * (1 - none);
    }
    return Math.min(1, Math.max(0, probability));
  });
}

/** The zone's whole demand above the sum of its limits; null unless all of them are known. */
function across({ loads, limits }: ZonePart, rho: number): number[] | null {
  const known = limits.filter((limit) => limit !== null);
  if (known.length < limits.length) return null;
  return loads[0].map((_, slot) => {
    const zone = new Load();
    for (const load of loads) {
      zone.mean += load[slot].mean;
      zone.variance += load[slot].variance;
      zone.deviation += load[slot].deviation;
    }
    return zone.exceeds(
      known.reduce((sum, limit) => sum + limit[slot], 0),
      rho,
    );
  });
}
