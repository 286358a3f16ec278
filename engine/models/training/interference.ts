import type { Snapshot } from "../../snapshot/schema";
import { type HourlyHistory, rowOf } from "../history";
import {
  ADDITIVE,
  type HostInterval,
  type InterferenceFile,
  type VmTraits,
  fitInterference,
  predictInterference,
  interferenceFileSchema,
  shareLost,
} from "../interference";
import type { Subject } from "../subjects";
import { median } from "../statistics";
import type { Interference } from "../relations";
import type { DemandForecast } from "../assessment";
import { explainedHours } from "./explained-hours";
import { applicationOf } from "./labels";
import type { Trainable } from "./trainable";
import { clockLookup } from "./workload";

const READY_SAMPLE_MS = 20_000;
const LEAST_INTERVALS = 100;

export const interference: Trainable<InterferenceFile> = {
  name: "interference",
  needs: "CPU use and ready time of VMs, CPU use of their hosts",
  fallback: "no interference known",
  schema: interferenceFileSchema,
  fit(data) {
    if (!data.vms || !data.hosts) return "no telemetry is configured";
    const intervals = hostIntervals(data.snapshot, data.vms, data.hosts);
    if (intervals.length < LEAST_INTERVALS) {
      return `${intervals.length} hours of hosts are explained by the VMs on them now, ${LEAST_INTERVALS} are needed`;
    }
    return fitInterference(traitsOf(data.snapshot, data.vms), intervals, { asOf: data.asOf });
  },
  headerOf: ({ model, version, trainedUntil, samples, skill }) => ({ model, version, trainedUntil, samples, skill }),
  // Its own baseline is in the file, chosen by it; that serves as well, if it is better than the mean.
  serves: ({ skill }) => skill !== null && Math.max(skill.value, skill.baseline.value) > 0,
};

/** The name of what answers from a file. */
export const servedBy = ({ fallback }: InterferenceFile): string => (fallback === null ? "interference" : ADDITIVE);

/** VMs without an application are told apart by their size alone. */
export const UNKNOWN_FAMILY = "unknown application";

function traitsOf(snapshot: Snapshot, history: HourlyHistory): VmTraits[] {
  const rows = new Map(history.entities.map((id, row) => [id, row]));
  return snapshot.virtualMachines.map((vm) => {
    const row = rows.get(vm.id);
    const all = row === undefined ? new Float64Array() : rowOf(history, "vmCpuMhz", row);
    const known = all.filter((mhz) => !Number.isNaN(mhz));
    const demandMhz = known.length === 0 ? null : known.reduce((sum, mhz) => sum + mhz, 0) / known.length;
    return { id: vm.id, family: applicationOf(vm) ?? UNKNOWN_FAMILY, vcpus: vm.vcpus, demandMhz };
  });
}

export function hostIntervals(snapshot: Snapshot, vms: HourlyHistory, hosts: HourlyHistory): HostInterval[] {
  const clock = clockLookup(snapshot);
  return Array.from(explainedHours(snapshot, vms, hosts), ({ host, hour, at, members }) => ({
    at,
    members: members.map(({ vm, row, mhz }) => {
      const readyMs = rowOf(vms, "vmCpuReadyMs", row)[hour];
      const perCore = clock(vm);
      const ready = vm.vcpus === null ? Number.NaN : (100 * readyMs) / READY_SAMPLE_MS / vm.vcpus;
      const used = vm.vcpus === null || perCore === null ? Number.NaN : (100 * mhz) / (vm.vcpus * perCore);
      return { vm: vm.id, load: Math.min(1, mhz / host.cpuMhz), lost: shareLost(ready, used) };
    }),
  }));
}

/**
 * What the VMs of an assessment do to each other on one host. A VM whose need nobody knows is taken to want as much as
 * the middle one of the others: nothing would be a promise.
 * @param capacities MHz of the cluster's hosts; null where not known
 */
export function interferenceOf(
  file: InterferenceFile,
  subjects: readonly Subject[],
  cpu: DemandForecast,
  capacities: readonly (number | null)[],
): Interference | null {
  const capacity = median(capacities.map((mhz) => mhz ?? Number.NaN));
  if (Number.isNaN(capacity)) return null;
  const slots = subjects.length === 0 ? 0 : cpu.mean.length / subjects.length;
  const means = subjects.map((_, row) => {
    const values = cpu.mean.subarray(row * slots, (row + 1) * slots);
    return values.reduce((sum, value) => sum + value, 0) / slots;
  });
  const usual = median(means.filter((mhz) => mhz > 0));
  if (Number.isNaN(usual)) return null;
  const loaded = subjects.map(({ id, existing, vcpus }, row) => {
    const known = !Number.isNaN(means[row]);
    return {
      ...{ id, vcpus, family: (existing && applicationOf(existing)) ?? UNKNOWN_FAMILY },
      demandMhz: known ? means[row] : null,
      load: Math.min(1, (known ? means[row] : usual) / capacity),
    };
  });
  return predictInterference(file, loaded);
}
