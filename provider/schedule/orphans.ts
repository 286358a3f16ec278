import type { Declaration } from "../../engine/journal";
import { actionLogOf, withActions } from "../acting";
import type { Finding } from "../reconcile/finding";
import type { Settings } from "../settings";
import { createVcenterActions, createVcenterInventory } from "../vsphere";
import { type ExpectedTask, expectedTasks, instant } from "./held-tasks";
import { clearTasks } from "./keep-tasks";

const KIND = "MigrationSchedule";

/** Scheduled tasks of one owner in one cluster (as the log names it) that no declaration knows. */
export interface UndeclaredTasks {
  readonly owner: string;
  readonly cluster: string;
  readonly tasks: ReadonlyMap<string, ExpectedTask>;
}

/** Scheduled tasks that the log says were made, and not removed, by owners that have declared no schedule there. */
export async function undeclaredTasks(
  settings: Pick<Settings, "journal">,
  source: string,
  declarations: readonly Declaration[],
): Promise<UndeclaredTasks[]> {
  const declared = new Set(declarations.filter(({ kind }) => kind === KIND).map(({ owner }) => owner));
  const byOwner = new Map<string, UndeclaredTasks & { readonly tasks: Map<string, ExpectedTask> }>();
  for (const task of expectedTasks(await actionLogOf(settings.journal).actions(), null, source).values()) {
    const { owner, name, clusterId } = task;
    if (declared.has(owner)) continue;
    const cluster = `${source}/${clusterId}`;
    const key = `${cluster}\n${owner}`;
    const group = byOwner.get(key) ?? { owner, cluster, tasks: new Map<string, ExpectedTask>() };
    group.tasks.set(name, task);
    byOwner.set(key, group);
  }
  return [...byOwner.values()];
}

/**
 * A run that was killed before it declared anything leaves tasks in the vCenter that no state and no declaration knows: they
 * would move VMs for nobody. Removes those that the log says are its, or says that they are there; what has run by then is
 * written down.
 */
export async function reconcileUndeclaredTasks(
  { owner, tasks }: UndeclaredTasks,
  settings: Settings,
  { dryRun }: { readonly dryRun: boolean },
): Promise<Finding[]> {
  if (!settings.vcenter) return [];
  const inventory = createVcenterInventory(settings.vcenter);
  try {
    const all = await createVcenterActions(inventory).scheduled.all();
    const names = new Set(all.map(({ name }) => name));
    const there = [...tasks.values()].filter(({ name }) => names.has(name));
    // One that is gone is written down as removed: else it would count against budgets for ever.
    if (!dryRun) await withActions(settings, owner, (acting) => clearTasks(acting, tasks, new Set()));
    return there.map(({ name, vm, to, runAt }) => ({
      ...{ owner, kind: KIND, class: "task-stale", outcome: dryRun ? "pending" : "done", text: "" },
      detail: `"${name}" was to move ${vm} to ${to} at ${instant(runAt)} without its resource`,
    }));
  } finally {
    await inventory.close();
  }
}
