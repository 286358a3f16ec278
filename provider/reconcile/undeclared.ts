import type { Declaration } from "../../engine/journal";
import { reconcileOrphan, undeclaredPools } from "../preparation/orphans";
import { reconcileUndeclaredTasks, undeclaredTasks } from "../schedule/orphans";
import type { Settings } from "../settings";
import type { Finding } from "./finding";

/** Something that an owner made in the vCenter, by the log of actions, and that no declaration knows. */
export interface Undeclared {
  readonly owner: string;
  /** Of the resource that it was made for. */
  readonly kind: string;
  /** As the log names it. */
  readonly cluster: string;
  /** Takes it back, or says that it is there. */
  reconcile(settings: Settings, options: { readonly dryRun: boolean }): Promise<Finding[]>;
}

/** What runs that were killed before they declared anything have left behind. */
export async function undeclared(
  settings: Pick<Settings, "journal">,
  source: string,
  declarations: readonly Declaration[],
): Promise<Undeclared[]> {
  const pools = await undeclaredPools(settings, source, declarations);
  const tasks = await undeclaredTasks(settings, source, declarations);
  return [
    ...pools.map((pool): Undeclared => ({
      ...{ owner: pool.owner, kind: "HostPreparation", cluster: pool.cluster },
      reconcile: (all, options) => reconcileOrphan(pool, all, options),
    })),
    ...tasks.map((group): Undeclared => ({
      ...{ owner: group.owner, kind: "MigrationSchedule", cluster: group.cluster },
      reconcile: (all, options) => reconcileUndeclaredTasks(group, all, options),
    })),
  ];
}
