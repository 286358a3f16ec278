import { z } from "zod";
import type { LoggedAction } from "../../engine/journal";
import type { FoundTask } from "../vsphere";

/** A move that the vCenter is to do by itself, as one of its scheduled tasks. */
export const heldTaskSchema = z.strictObject({
  /** The task's name in the vCenter, and its key there. */
  name: z.string(),
  key: z.string(),
  clusterId: z.string(),
  /** Name and id of the VM. */
  vm: z.string(),
  id: z.string(),
  from: z.string(),
  to: z.string(),
  fromHostId: z.string(),
  toHostId: z.string(),
  datastore: z.string().nullable(),
  /** Epoch seconds. */
  runAt: z.number().int(),
  priority: z.string(),
});
export type HeldTask = z.infer<typeof heldTaskSchema>;

/** What the log keeps of a task before it is made: its key isn't known yet. */
const intendedSchema = heldTaskSchema.omit({ name: true, key: true });

export const heldIn = (state: Readonly<Record<string, unknown>>): HeldTask[] =>
  z.array(heldTaskSchema).safeParse(state.tasks).data ?? [];

export interface ExpectedTask extends Omit<HeldTask, "key"> {
  readonly owner: string;
}

/**
 * The tasks that owners have by what was done since: those of a state, and what the log says of later runs, which may have
 * ended before a state was written. By name.
 * @param owner null: all owners
 * @param source the vCenter's name
 */
export function expectedTasks(
  actions: readonly LoggedAction[],
  owner: string | null,
  source: string,
  state: readonly HeldTask[] = [],
): Map<string, ExpectedTask> {
  const tasks = new Map<string, ExpectedTask>(state.map((task) => [task.name, { ...task, owner: owner ?? "" }]));
  for (const { kind, subject, detail, outcome, cluster, owner: by } of actions) {
    if ((owner !== null && by !== owner) || !cluster.startsWith(`${source}/`) || outcome?.result === "failed") continue;
    if (kind === "remove-task") tasks.delete(subject);
    if (kind !== "add-task" && kind !== "edit-task") continue;
    const intended = intendedSchema.safeParse(detail);
    if (intended.success) tasks.set(subject, { name: subject, ...intended.data, owner: by });
  }
  return tasks;
}

/** vCenter may keep an instant less precisely than it was told. */
const SAME_INSTANT_SECONDS = 60;

/** What of a task in the vCenter isn't as it was made. */
export function differencesOf(found: FoundTask, wanted: Omit<HeldTask, "key">): string[] {
  const differences: string[] = [];
  const say = (differs: boolean, text: string): void => {
    if (differs) differences.push(text);
  };
  say(!found.enabled, "it is disabled");
  say(found.vm !== wanted.id, `it is for ${found.vm ?? "no VM"}, not ${wanted.id}`);
  say(found.method !== "RelocateVM_Task", `it calls ${found.method ?? "no method"}, not RelocateVM_Task`);
  say(found.host !== wanted.toHostId, `it moves to ${found.host ?? "no host"}, not ${wanted.toHostId}`);
  say(
    found.datastore !== wanted.datastore,
    `its disks go to ${found.datastore ?? "no datastore"}, not ${wanted.datastore ?? "any"}`,
  );
  const shifted = found.runAt === null || Math.abs(found.runAt - wanted.runAt) >= SAME_INSTANT_SECONDS;
  say(shifted, `it runs at ${instant(found.runAt)}, not ${instant(wanted.runAt)}`);
  say(found.priority !== wanted.priority, `its priority is ${found.priority ?? "none"}, not ${wanted.priority}`);
  return differences;
}

export const instant = (seconds: number | null): string =>
  seconds === null ? "no set time" : new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
