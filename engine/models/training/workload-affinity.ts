import { z } from "zod";
import type { Snapshot } from "../../snapshot/schema";
import { affinityProfileSchema } from "../affinity-profile";
import { type HourlyHistory, rowOf } from "../history";
import { type ModelHeader, modelHeaderSchema } from "../model-file";
import {
  type ObservedPerformance,
  WORKLOAD_CLASSES,
  type WorkloadClass,
  type WorkloadModelFile,
  classAffinities,
  fitWorkloadClasses,
  performanceOfReady,
  predictWorkloadClass,
} from "../workload";
import { explainedHours } from "./explained-hours";
import { type Trainable, clearlySkilled } from "./trainable";
import { usageHistories } from "./workload";

export const WORKLOAD_AFFINITY = "workload/affinity";

/** The class of each VM, and how VMs of each class fared on each host. */
export const workloadAffinityFileSchema = modelHeaderSchema.extend({
  model: z.literal(WORKLOAD_AFFINITY),
  version: z.literal(1),
  virtualMachines: z
    .record(z.string(), z.strictObject({ class: z.enum(WORKLOAD_CLASSES), certainty: z.number().min(0).max(1) }))
    .describe("By id; those with enough history"),
  profiles: z.array(affinityProfileSchema).describe("One per class"),
});
export type WorkloadAffinityFile = z.infer<typeof workloadAffinityFileSchema>;

const DAY = 86_400;
const HELD_OUT = 0.2;
/** Newest VM days without which there is nothing to judge by. */
const LEAST_DAYS = 20;

export const workloadAffinity: Trainable<WorkloadAffinityFile> = {
  name: WORKLOAD_AFFINITY,
  needs: "CPU use and ready time of VMs, CPU use of their hosts, two days at least",
  fallback: "no host preferred by class",
  schema: workloadAffinityFileSchema,
  fit({ snapshot, vms, hosts, asOf }, { seed }) {
    if (!vms || !hosts) return "no telemetry is configured";
    const usages = usageHistories(snapshot, vms);
    const classes = fitWorkloadClasses(usages, asOf, seed);
    if (!classes) return "no VM has two days of CPU use";
    const virtualMachines = classesOf(classes, usages);
    const days = observedDays(snapshot, vms, hosts, virtualMachines);
    const ids = snapshot.hosts.map(({ id }) => id);
    const skill = skillOf(ids, days);
    if (!skill) return `${days.length} days of VMs tell how they fared on the host that they are on now: too few`;
    return {
      ...{ model: WORKLOAD_AFFINITY, version: 1, trainedUntil: asOf, samples: days.length, skill },
      ...{ virtualMachines, profiles: classAffinities(ids, days, asOf) },
    };
  },
  headerOf: ({ model, version, trainedUntil, samples, skill }) => ({ model, version, trainedUntil, samples, skill }),
  serves: clearlySkilled,
};

function classesOf(file: WorkloadModelFile, usages: ReturnType<typeof usageHistories>) {
  return Object.fromEntries(
    usages.flatMap((usage) => {
      const found = predictWorkloadClass(file, usage);
      return found ? [[usage.id, found] as const] : [];
    }),
  );
}

/** How each VM fared on its host, day by day: the mean over the hours that count. In the order of time. */
function observedDays(
  snapshot: Snapshot,
  vms: HourlyHistory,
  hosts: HourlyHistory,
  classes: WorkloadAffinityFile["virtualMachines"],
): ObservedPerformance[] {
  const days = new Map<string, { host: string; class: WorkloadClass; at: number; sum: number; hours: number }>();
  for (const { host, hour, at, members } of explainedHours(snapshot, vms, hosts)) {
    for (const { vm, row } of members) {
      const known = classes[vm.id];
      const performance = performanceOfReady(rowOf(vms, "vmCpuReadyMs", row)[hour], vm.vcpus ?? Number.NaN);
      if (!known || Number.isNaN(performance)) continue;
      const key = `${vm.id} ${Math.floor((at - 1) / DAY)}`;
      const day = days.get(key) ?? { host: host.id, class: known.class, at, sum: 0, hours: 0 };
      days.set(key, { ...day, at, sum: day.sum + performance, hours: day.hours + 1 });
    }
  }
  return [...days.values()]
    .map(({ host, class: name, at, sum, hours }) => ({
      host,
      class: name,
      at,
      performance: sum / hours,
      weight: hours,
    }))
    .sort((a, b) => a.at - b.at);
}

/** Whether the older days by host and class foretell the newer ones better than the class alone does. */
function skillOf(hosts: readonly string[], days: readonly ObservedPerformance[]): ModelHeader["skill"] {
  const split = Math.floor((1 - HELD_OUT) * days.length);
  const [older, newer] = [days.slice(0, split), days.slice(split)];
  if (newer.length < LEAST_DAYS) return null;
  const asOf = newer[0].at;
  const scoresOf = (names: readonly string[], observed: readonly ObservedPerformance[]) =>
    new Map(
      classAffinities(names, observed, asOf).flatMap(({ subject, affinityScores }) =>
        affinityScores.map(({ host, score }) => [`${subject} ${host}`, score] as const),
      ),
    );
  const whatever = (day: ObservedPerformance) => ({ ...day, host: "any host" });
  const byHost = scoresOf(hosts, older);
  const byClass = scoresOf(["any host"], older.map(whatever));
  const mean = weighted(older, ({ performance }) => performance);
  const error = (expected: (day: ObservedPerformance) => number) =>
    weighted(newer, (day) => (day.performance - expected(day)) ** 2);
  const constant = error(() => mean);
  const share = (of: number) => (constant > 0 ? 1 - of / constant : 0);
  return {
    measure: "1 - squared error / that of the mean",
    value: share(error((day) => byHost.get(`${day.class} ${day.host}`)!)),
    baseline: {
      name: "the same whatever the host",
      value: share(error((day) => byClass.get(`${day.class} any host`)!)),
    },
  };
}

function weighted(days: readonly ObservedPerformance[], of: (day: ObservedPerformance) => number): number {
  let [sum, weight] = [0, 0];
  for (const day of days) {
    sum += day.weight * of(day);
    weight += day.weight;
  }
  return sum / weight;
}
