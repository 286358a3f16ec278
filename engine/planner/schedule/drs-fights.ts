import type { Cluster, Snapshot } from "../../snapshot";
import type { MigrationPlan } from "../migration";

/** VMs of a plan's moves that DRS moves by itself as well: by their own override, else by their cluster's automation. */
export function movedByDrs(migration: MigrationPlan, cluster: Cluster, snapshot: Snapshot): string[] {
  if (!cluster.drs.enabled) return [];
  const automation = new Map(snapshot.virtualMachines.map(({ id, drsAutomation }) => [id, drsAutomation]));
  const moved = migration.waves.flatMap(({ moves }) => moves);
  const fought = moved.filter(({ id }) => {
    const own = automation.get(id) ?? "default";
    return (own === "default" ? cluster.drs.automation : own) === "fullyAutomated";
  });
  return [...new Set(fought.map(({ vm }) => vm))];
}
