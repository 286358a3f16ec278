import type { PlanRequest, RequestedVm } from "../planner/request";
import type { Cluster, Host, Snapshot, VirtualMachine } from "../snapshot/schema";
import { median } from "./statistics";

/** One row of the assessment: a VM of the cluster, a VM to be, or a VM of the cluster that was asked for by name. */
export interface Subject {
  /** Id as in the snapshot; the name of a VM to be. */
  readonly id: string;
  readonly name: string;
  readonly existing: VirtualMachine | null;
  readonly requested: RequestedVm | null;
  /** The VM whose history stands in; null if none was named or none has that name. */
  readonly like: VirtualMachine | null;
  readonly vcpus: number | null;
  readonly memoryMb: number | null;
  /** Clock of a core of its host, or the cluster's median; null if no host tells. */
  readonly mhzPerCore: number | null;
  /** Powered off, suspended or a template, and nobody asked for it to run: it uses no CPU and no memory. */
  readonly off: boolean;
}

/** VMs of the cluster in the snapshot's order, then VMs to be, in the request's. */
export function subjectsOf(request: PlanRequest, snapshot: Snapshot, cluster: Cluster): Subject[] {
  const clocks = clocksOf(snapshot, cluster);
  const existing = snapshot.virtualMachines.filter((vm) => vm.cluster === cluster.id);
  const names = new Set(existing.map((vm) => vm.name));
  const requested = new Map(request.virtualMachines.map((vm) => [vm.name, vm]));
  const likeOf = (name: string | undefined) =>
    name === undefined
      ? null
      : (existing.find((vm) => vm.name === name) ?? snapshot.virtualMachines.find((vm) => vm.name === name) ?? null);

  const rows = existing.map((vm): Subject => {
    const wish = requested.get(vm.name) ?? null;
    return {
      id: vm.id,
      name: vm.name,
      existing: vm,
      requested: wish,
      like: likeOf(wish?.like),
      // What was asked for is what will be: the request may resize the VM.
      vcpus: wish?.vcpus ?? vm.vcpus,
      memoryMb: wish?.memoryMb ?? vm.memoryMb,
      mhzPerCore: (vm.host === null ? null : clocks.byHost.get(vm.host)) ?? clocks.typical,
      off: wish === null && (vm.template || vm.power !== "poweredOn"),
    };
  });
  for (const vm of requested.values()) {
    if (names.has(vm.name)) continue;
    rows.push({
      id: vm.name,
      name: vm.name,
      existing: null,
      requested: vm,
      like: likeOf(vm.like),
      vcpus: vm.vcpus,
      memoryMb: vm.memoryMb,
      mhzPerCore: clocks.typical,
      off: false,
    });
  }
  return rows;
}

function clocksOf(snapshot: Snapshot, cluster: Cluster) {
  const clock = (host: Host) => (host.cpuMhz === null || host.cores === null ? null : host.cpuMhz / host.cores);
  const byHost = new Map<string, number>();
  for (const host of snapshot.hosts) {
    const mhz = host.cluster === cluster.id ? clock(host) : null;
    if (mhz !== null) byHost.set(host.id, mhz);
  }
  const typical = median([...byHost.values()]);
  return { byHost, typical: Number.isNaN(typical) ? null : typical };
}
