import { compileConstraints } from "../../../../engine/planner/constraints";
import { planMigration } from "../../../../engine/planner/migration";
import type { MigrationPlan } from "../../../../engine/planner/migration";
import type { MigrationRequest } from "../../../../engine/planner/migration/request";
import { compileModel } from "../../../../engine/planner/problem/compile";
import type { World } from "../world";

/** The way from the world to a placement that somebody chose: VM name to host name. */
export function wayTo(
  world: World,
  targets: Record<string, string>,
  datastores: Record<string, string> = {},
): MigrationPlan {
  const { request, snapshot, assessment } = world;
  const all = { ...request, include: "all" as const };
  const model = compileModel(all, snapshot, snapshot.clusters[0], assessment);
  const target = Int32Array.from(model.vms, ({ name, current }) =>
    name in targets ? model.hosts.findIndex((host) => host.name === targets[name]) : current,
  );
  const requests = model.vms.flatMap(({ id, name, current }, v): MigrationRequest[] =>
    id === null || (target[v] === current && !(name in datastores))
      ? []
      : [
          {
            sourceInstance: id,
            destinationHost: model.hosts[target[v]].id,
            destinationZone: null,
            destinationDatastore: datastores[name],
            migrationType: "preemptive",
            gain: 0,
            reason: "asked for",
          },
        ],
  );
  return planMigration(model, compileConstraints(model), target, requests).plan;
}
