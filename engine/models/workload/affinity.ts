import { z } from "zod";
import type { AffinityProfile } from "../affinity-profile";
import { WORKLOAD_CLASSES, type WorkloadClass } from "./classes";

/** How well one VM fared on a host for a while. */
export interface ObservedPerformance {
  readonly host: string;
  readonly class: WorkloadClass;
  /** Epoch seconds. */
  readonly at: number;
  /** 0 to 1; 1 is a VM that got all it asked for. See `performanceOfReady`. */
  readonly performance: number;
  /** VM hours that it stands for; positive. */
  readonly weight: number;
}

export const affinityOptionsSchema = z.strictObject({
  halfLifeHours: z.number().positive().default(72).describe("After which an observation counts for half"),
  priorHours: z.number().positive().default(24).describe("VM hours that the mean of like hosts counts for"),
});
export type AffinityOptions = z.infer<typeof affinityOptionsSchema>;

/** Ready time share of a vCPU at which a VM is felt to be slow: VMware's rule of thumb is 5 %, and 10 % is bad. */
const READY_HALF = 0.1;

/**
 * Performance from CPU ready: 1 without waiting, one half at 10 % ready per vCPU, towards 0 beyond.
 * @param readyMs vCenter's ready summation of a 20 s sample, all vCPUs together
 */
export function performanceOfReady(readyMs: number, vcpus: number): number {
  if (!(readyMs >= 0) || !(vcpus > 0)) return Number.NaN;
  return 1 / (1 + readyMs / 20_000 / vcpus / READY_HALF);
}

/**
 * Affinity of every host for every class, a profile per class: the decayed, weighted mean of the performance seen
 * there, shrunk towards what the class shows on all hosts, that towards what all classes show, and that towards
 * `unknown` (a cluster without any observation). A host never tried is thus neither good nor bad, but like the others.
 */
export function classAffinities(
  hosts: readonly string[],
  observations: readonly ObservedPerformance[],
  asOf: number,
  options: AffinityOptions = affinityOptionsSchema.parse({}),
  unknown = 0.5,
): AffinityProfile[] {
  const { halfLifeHours, priorHours } = options;
  const classes = WORKLOAD_CLASSES.length;
  const rowOf = new Map(hosts.map((host, row) => [host, row]));
  const usable = observations.filter(
    ({ host, at, performance, weight }) =>
      rowOf.has(host) && at <= asOf && Number.isFinite(performance) && weight > 0 && Number.isFinite(weight),
  );
  const sums = new Float64Array(hosts.length * classes);
  const hours = new Float64Array(hosts.length * classes);
  for (const { host, class: name, at, performance, weight } of usable) {
    const decayed = weight * 0.5 ** ((asOf - at) / 3600 / halfLifeHours);
    const cell = rowOf.get(host)! * classes + WORKLOAD_CLASSES.indexOf(name);
    sums[cell] += decayed * Math.max(0, Math.min(1, performance));
    hours[cell] += decayed;
  }
  const shrunk = (sum: number, n: number, towards: number) => (sum + priorHours * towards) / (n + priorHours);
  const total = (values: Float64Array, of?: number) =>
    values.reduce((sum, value, cell) => (of === undefined || cell % classes === of ? sum + value : sum), 0);
  const overall = shrunk(total(sums), total(hours), unknown);
  return WORKLOAD_CLASSES.map((name, c): AffinityProfile => {
    const ofClass = shrunk(total(sums, c), total(hours, c), overall);
    const times = usable.filter((observation) => observation.class === name).map(({ at }) => at);
    const affinityScores = hosts.map((host, row) => {
      const cell = row * classes + c;
      return { host, score: shrunk(sums[cell], hours[cell], ofClass), evidence: hours[cell] };
    });
    return {
      subject: name,
      kind: "workload category",
      workloadCategory: name,
      affinityScores: affinityScores.sort((a, b) => b.score - a.score || (a.host < b.host ? -1 : 1)),
      historicalData:
        times.length === 0
          ? null
          : {
              from: times.reduce((a, b) => Math.min(a, b)),
              to: times.reduce((a, b) => Math.max(a, b)),
              observations: times.length,
            },
    };
  });
}
