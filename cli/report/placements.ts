import type { Assessment } from "../../engine/models/assessment";
import type { Plan } from "../../engine/planner/plan";
import type { Snapshot } from "../../engine/snapshot";

export type When = "before" | "after";

/** Host id by row of the assessment's VMs: where each runs now, and where the plan has it. Null: nowhere, or not known. */
export function placementOf(
  { virtualMachines }: Assessment,
  plan: Plan,
  snapshot: Snapshot | null,
  when: When,
): (string | null)[] {
  const now = new Map((snapshot?.virtualMachines ?? []).map(({ id, host }) => [id, host ?? null]));
  const planned = new Map(plan.virtualMachines.map((placed) => [placed.id ?? placed.vm, placed]));
  const hostIds = new Map(plan.hosts.map(({ id, name }) => [name, id]));
  return virtualMachines.ids.map((id) => {
    const placed = planned.get(id);
    if (!placed) return now.get(id) ?? null;
    if (when === "after") return placed.hostId;
    return placed.from === null ? null : (hostIds.get(placed.from) ?? null);
  });
}

/** Names by id, of VMs and hosts; a VM to be has its name for an id. */
export function namesOf(plan: Plan, snapshot: Snapshot | null): Map<string, string> {
  return new Map([
    ...(snapshot?.virtualMachines ?? []).map(({ id, name }) => [id, name] as const),
    ...plan.hosts.map(({ id, name }) => [id, name] as const),
    ...plan.virtualMachines.map(({ id, vm }) => [id ?? vm, vm] as const),
  ]);
}
