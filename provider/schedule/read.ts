import type { Settings } from "../settings";
import { actionLogOf } from "../acting";
import { createVcenterActions, createVcenterInventory } from "../vsphere";
import { differencesOf, expectedTasks, heldIn } from "./held-tasks";

type State = Readonly<Record<string, unknown>>;

/** A difference between what the vCenter was given to hold and what it holds. */
export interface ScheduleDrift {
  readonly what: "task missing" | "task changed" | "task ran";
  readonly detail: string;
}

/**
 * What a refresh finds where the vCenter holds moves: a task that somebody removed or changed, or one that has run and whose
 * outcome is yet to be written down. Of what this package runs itself there is nothing to compare: where VMs run is what the
 * next check plans from.
 */
export async function readSchedule(state: State, settings: Settings): Promise<State> {
  const { owner } = state;
  const holds = state.executor === "vcenter" || heldIn(state).length > 0;
  if (typeof owner !== "string" || !holds || !settings.vcenter) return state;
  const log = await actionLogOf(settings.journal).actions();
  const inventory = createVcenterInventory(settings.vcenter);
  try {
    const expected = expectedTasks(log, owner, inventory.name, heldIn(state));
    // Only read: a run that acts meanwhile is not to be kept from it.
    const tasks = expected.size === 0 ? [] : await createVcenterActions(inventory).scheduled.all();
    const found = new Map(tasks.map((task) => [task.name, task]));
    const drift = [...expected.values()].flatMap((wanted): ScheduleDrift[] => {
      const task = found.get(wanted.name);
      if (!task) return [{ what: "task missing", detail: `the vCenter has no scheduled task "${wanted.name}"` }];
      if (task.state === "running") return [];
      if (task.ranAt !== null) {
        const end = task.state === "success" ? "" : `, and failed: ${task.error}`;
        return [{ what: "task ran", detail: `"${wanted.name}" moved ${wanted.vm} to ${wanted.to}${end}` }];
      }
      const differences = differencesOf(task, wanted);
      return differences.length === 0
        ? []
        : [{ what: "task changed", detail: `"${wanted.name}": ${differences.join("; ")}` }];
    });
    return { ...state, drift };
  } finally {
    await inventory.close();
  }
}
