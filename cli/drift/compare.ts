import type { Plan, PlacedVm } from "../../engine/planner/plan";
import type { PlacementGroup } from "../../engine/planner/request";
import type { Host, Snapshot, VirtualMachine } from "../../engine/snapshot";

/** How a cluster may have left its plan; the text is what `drift --help` says. */
export const DRIFT_CLASSES = {
  "vm-moved": "the VM runs on another host than the plan gave it",
  "move-pending": "the VM is still where it was before a move that the plan advised",
  "vm-missing": "the plan has the VM, the inventory has not",
  "vm-unplaced": "the VM has no host",
  "host-missing": "the host that the plan chose is not in the inventory",
  "host-unavailable": "the host that the plan chose can't run VMs: maintenance, quarantine, disconnected or off",
  "rule-missing": "no DRS rule of the cluster says what a group of the request says",
  "rule-disabled": "the DRS rule for a group of the request is disabled",
} as const;
export type DriftClass = keyof typeof DRIFT_CLASSES;

export interface Drift {
  readonly class: DriftClass;
  /** Name of the VM, host or group. */
  readonly subject: string;
  readonly expected: string;
  readonly found: string;
}

/** Where the snapshot has left the plan, by class and then by name; empty if nowhere. */
export function findDrift(plan: Plan, snapshot: Snapshot, groups: readonly PlacementGroup[] = []): Drift[] {
  const order = Object.keys(DRIFT_CLASSES);
  return [...vmDrift(plan, snapshot), ...hostDrift(plan, snapshot), ...ruleDrift(plan, snapshot, groups)].sort(
    (a, b) =>
      order.indexOf(a.class) - order.indexOf(b.class) || (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0),
  );
}

function vmDrift(plan: Plan, snapshot: Snapshot): Drift[] {
  const hosts = new Map(snapshot.hosts.map((host) => [host.id, host]));
  const moves = new Map(plan.moves.map((move) => [move.id, move.fromHostId]));
  return plan.virtualMachines.flatMap((placed): Drift[] => {
    const drift = (kind: DriftClass, found: string): Drift[] => [
      { class: kind, subject: placed.vm, expected: `on ${placed.host}`, found },
    ];
    const vm = findVm(placed, plan, snapshot);
    if (!vm) return drift("vm-missing", placed.id === null ? "not made yet, or removed" : "not in the inventory");
    if (vm.host === null) return drift("vm-unplaced", "on no host");
    if (vm.host === placed.hostId) return [];
    if (vm.host === moves.get(vm.id)) return drift("move-pending", `still on ${hosts.get(vm.host)?.name ?? vm.host}`);
    return drift("vm-moved", `on ${hosts.get(vm.host)?.name ?? vm.host}`);
  });
}

/** By id; a VM that had none when the plan was made is known by its name in the cluster. */
function findVm(placed: PlacedVm, plan: Plan, snapshot: Snapshot): VirtualMachine | undefined {
  if (placed.id !== null) return snapshot.virtualMachines.find((vm) => vm.id === placed.id);
  return snapshot.virtualMachines.find((vm) => vm.name === placed.vm && vm.cluster === plan.cluster.id);
}

function hostDrift(plan: Plan, snapshot: Snapshot): Drift[] {
  const used = new Map(plan.virtualMachines.map((placed) => [placed.hostId, placed.host]));
  return [...used].flatMap(([id, name]): Drift[] => {
    const host = snapshot.hosts.find((item) => item.id === id);
    if (!host)
      return [{ class: "host-missing", subject: name, expected: "in the cluster", found: "not in the inventory" }];
    const why = unavailability(host);
    return why ? [{ class: "host-unavailable", subject: name, expected: "able to run VMs", found: why }] : [];
  });
}

function unavailability(host: Host): string | undefined {
  if (host.connection !== "connected") return host.connection;
  if (host.maintenance) return "in maintenance";
  if (host.quarantine) return "in quarantine";
  return host.power === "poweredOff" || host.power === "standBy" ? host.power : undefined;
}

function ruleDrift(plan: Plan, snapshot: Snapshot, groups: readonly PlacementGroup[]): Drift[] {
  const cluster = snapshot.clusters.find((item) => item.id === plan.cluster.id);
  const ids = new Map(
    snapshot.virtualMachines.filter((vm) => vm.cluster === plan.cluster.id).map((vm) => [vm.name, vm.id]),
  );
  return groups.flatMap((group): Drift[] => {
    // DRS knows hosts only: a group over another fault domain has no rule to look for.
    if (group.over !== "host") return [];
    const members = group.members.map((name) => ids.get(name)).filter((id) => id !== undefined);
    if (members.length < 2) return [];
    const kind = group.kind === "together" ? "vmAffinity" : "vmAntiAffinity";
    const rules = (cluster?.rules ?? []).filter(
      (rule) => rule.kind === kind && members.every((id) => rule.virtualMachines.includes(id)),
    );
    if (rules.some((rule) => rule.enabled)) return [];
    const expected = `${group.kind}: ${group.members.join(", ")}`;
    return rules.length > 0
      ? [{ class: "rule-disabled", subject: group.name, expected, found: `the rule "${rules[0].name}" is disabled` }]
      : [{ class: "rule-missing", subject: group.name, expected, found: "no such rule" }];
  });
}
