import type { PolicyResource } from "@pulumi/policy";
import { PLACEMENT, type PlacedVirtualMachine, readPlacement } from "../placement";
import { UNKNOWN } from "../unknown";

/**
 * Hosts that the stack's Placements give, by VM name. Usually one; several Placements may each plan a VM of the same
 * name, in clusters of their own. What isn't known yet is left out.
 */
export function plannedHosts(resources: readonly PolicyResource[]): Map<string, PlacedVirtualMachine[]> {
  const hosts = new Map<string, PlacedVirtualMachine[]>();
  for (const resource of resources) {
    if (resource.type !== PLACEMENT) continue;
    const { placements } = readPlacement(resource);
    if (placements === UNKNOWN) continue;
    for (const placed of placements) {
      if (placed !== UNKNOWN) hosts.set(placed.vm, [...(hosts.get(placed.vm) ?? []), placed]);
    }
  }
  return hosts;
}
