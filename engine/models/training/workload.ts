import type { Snapshot, VirtualMachine } from "../../snapshot/schema";
import type { MetricId } from "../../telemetry/schema";
import { type HourlyHistory, rowOf } from "../history";
import { median } from "../statistics";
import {
  type UsageHistory,
  type WorkloadModelFile,
  WORKLOAD_MODEL,
  fitWorkloadClasses,
  workloadModelFileSchema,
} from "../workload";
import type { Trainable } from "./trainable";

export const workloadClasses: Trainable<WorkloadModelFile> = {
  name: WORKLOAD_MODEL,
  needs: "two days of telemetry of VMs, better thirty",
  fallback: "no class",
  schema: workloadModelFileSchema,
  fit(data, { seed }) {
    if (!data.vms) return "no telemetry is configured";
    const usages = usageHistories(data.snapshot, data.vms);
    return fitWorkloadClasses(usages, data.asOf, seed) ?? "no VM has two days of CPU use";
  },
  headerOf: (file) => file,
  // Classes have no truth to be held against.
  serves: () => true,
};

/** What the classes are told from; a metric that was not read is unknown. */
export function usageHistories(snapshot: Snapshot, history: HourlyHistory): UsageHistory[] {
  const vms = new Map(snapshot.virtualMachines.map((vm) => [vm.id, vm]));
  const clock = clockLookup(snapshot);
  return history.entities.flatMap((id, row): UsageHistory[] => {
    const vm = vms.get(id);
    if (!vm) return [];
    const values = (metric: MetricId) => (history.metrics[metric] ? rowOf(history, metric, row) : []);
    const mhz = clock(vm);
    return [
      {
        id,
        cpuMhz: values("vmCpuMhz"),
        configuredMhz: vm.vcpus === null || mhz === null ? null : vm.vcpus * mhz,
        vcpus: vm.vcpus,
        memoryMb: values("vmMemoryConsumedMb"),
        diskKbps: values("vmDiskKbps"),
        networkKbps: values("vmNetworkKbps"),
      },
    ];
  });
}

/** MHz of a core of the VM's host, else the usual one. */
export function clockLookup({ hosts }: Snapshot): (vm: VirtualMachine) => number | null {
  const clocks = new Map(
    hosts.flatMap(({ id, cpuMhz, cores }) => (cpuMhz && cores ? [[id, cpuMhz / cores] as const] : [])),
  );
  const usual = median([...clocks.values()]);
  return (vm) => (vm.host === null ? undefined : clocks.get(vm.host)) ?? (Number.isNaN(usual) ? null : usual);
}
