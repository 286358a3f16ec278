import type { AdmissionControl, Host } from "../../snapshot";
import type { Model, ModelVm } from "../problem/model";
import { maskForm } from "./checks/mask";
import { totalForm } from "./checks/total";
import type { ActiveConstraint, Constraint } from "./constraint";
import { deniedWhere, isOpen } from "./tables";

/** What HA counts for a powered-on VM without a CPU reservation (vSphere Availability, admission control). */
const DEFAULT_CPU_MHZ = 32;

const active = (name: string, form: ActiveConstraint["form"], reason: string): ActiveConstraint => ({
  constraint: "ha-admission-control",
  name: `HA admission control (${name})`,
  origin: "world",
  hard: true,
  form,
  because: () => reason,
});

/** One sum over the cluster's open hosts; nothing where a capacity that it needs is not known. */
function total(
  model: Model,
  name: string,
  amount: (vm: ModelVm) => number | null,
  capacity: (host: Host) => number | null,
  limitOf: (capacities: number[]) => number,
  reason: string,
): ActiveConstraint[] {
  const capacities = model.hosts.filter(isOpen).map(capacity);
  if (capacities.some((value) => value === null)) {
    for (const host of model.hosts) {
      if (isOpen(host) && capacity(host) === null)
        model.lacking.add("host capacity", host.name, "HA admission control is not checked");
    }
    return [];
  }
  const amounts = Float64Array.from(model.vms, (vm) => Math.ceil(amount(vm) ?? 0));
  return [active(name, totalForm(amounts, Math.floor(limitOf(capacities as number[]))), reason)];
}

type Compile<P extends AdmissionControl["policy"]> = (
  model: Model,
  policy: Extract<AdmissionControl, { policy: P }>,
) => ActiveConstraint[];

/**
 * As vCenter reckons: the reservations of what runs stay within the share of the cluster that isn't set aside.
 */
const percentage: Compile<"percentage"> = (model, policy) => {
  const keep = (percent: number) => (list: number[]) => list.reduce((a, b) => a + b, 0) * (1 - percent / 100);
  return [
    ...total(
      model,
      `${policy.cpuPercent} % of CPU`,
      (vm) => Math.max(DEFAULT_CPU_MHZ, vm.cpuReservationMhz),
      (host) => host.cpuMhz,
      keep(policy.cpuPercent),
      `HA sets ${policy.cpuPercent} % of the cluster's CPU aside`,
    ),
    ...total(
      model,
      `${policy.memoryPercent} % of memory`,
      (vm) => vm.memoryReservationMb,
      (host) => host.memoryMb,
      keep(policy.memoryPercent),
      `HA sets ${policy.memoryPercent} % of the cluster's memory aside`,
    ),
  ];
};

/**
 * N+k in two steps. Here, during the search, an aggregate: what the k largest hosts may hold at the overcommit limits
 * must fit beside everything else on the rest. It doesn't depend on who is where. Whether each VM of a lost host then
 * finds one host with room is simulated on the finished placement (solver/host-loss.ts).
 */
const hostFailures: Compile<"hostFailures"> = (model, policy) => {
  const without = (list: number[]) => {
    const sorted = [...list].sort((a, b) => a - b);
    return sorted.slice(0, Math.max(0, sorted.length - policy.hosts)).reduce((a, b) => a + b, 0);
  };
  const { vcpusPerCore, memoryOvercommit } = model.request.config;
  const reason = `HA keeps room for the loss of ${policy.hosts} host${policy.hosts === 1 ? "" : "s"}`;
  return [
    ...total(
      model,
      `${policy.hosts} host failures, vCPUs`,
      (vm) => vm.vcpus,
      (host) => (host.cores === null ? null : Math.floor(host.cores * vcpusPerCore)),
      without,
      reason,
    ),
    ...total(
      model,
      `${policy.hosts} host failures, memory`,
      (vm) => vm.memoryMb,
      (host) => (host.memoryMb === null ? null : Math.floor(host.memoryMb * memoryOvercommit)),
      without,
      reason,
    ),
  ];
};

const dedicatedHosts: Compile<"dedicatedHosts"> = (model, policy) => {
  const failover = new Set(policy.hosts);
  const denied = deniedWhere(model, (_vm, host) => failover.has(host.id));
  return denied ? [active("dedicated failover hosts", maskForm(denied), "it is a dedicated HA failover host")] : [];
};

export const haAdmissionControl: Constraint = {
  name: "ha-admission-control",
  title: "HA admission control",
  description:
    "What vSphere HA sets aside for restarts stays free: a percentage, the loss of k hosts, or dedicated hosts.",
  reads: {
    request: [],
    inventory: ["HA settings of the cluster", "sizes and reservations of VMs", "CPU and memory of hosts"],
  },
  compile(model) {
    const { enabled, admissionControl: policy } = model.cluster.ha;
    if (!enabled) return [];
    if (policy.policy === "percentage") return percentage(model, policy);
    if (policy.policy === "hostFailures") return hostFailures(model, policy);
    if (policy.policy === "dedicatedHosts") return dedicatedHosts(model, policy);
    return [];
  },
};
