import type { Search } from "../solver";
import type { MigrationRequest } from "./request";

/**
 * The moves that a finished search stands for, as requests: of VMs that the plan's request names by their user, of all others
 * by the planner. The reasons are told later, with the plan's.
 */
export function requestsOf(search: Search): MigrationRequest[] {
  const { model, units } = search.problem;
  const named = new Set(model.request.virtualMachines.map(({ name }) => name));
  return model.vms.slice(0, model.movable).flatMap(({ id, name, current }, v) => {
    const unit = units.unitOf[v];
    const host = search.state.hostOf[unit];
    if (id === null || current < 0 || host < 0 || host === current) return [];
    const { id: destinationHost, tags } = model.hosts[host];
    return [
      {
        sourceInstance: id,
        destinationHost,
        destinationZone: tags.find(({ category }) => category.toLowerCase() === "zone")?.name ?? null,
        migrationType: named.has(name) ? "clientInitiated" : "preemptive",
        // What moves as one shares the gain.
        gain: Math.round(search.costDelta(unit, current) / units.vms[unit].length),
        reason: "",
      },
    ];
  });
}
