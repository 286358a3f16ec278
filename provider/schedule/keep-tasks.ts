import { AffinityError } from "../../engine/errors";
import type { HeldMove } from "../../engine/planner/schedule";
import type { Acting } from "../acting";
import type { MoveOutcome } from "../execution/move";
import { type FoundTask, type TaskDraft, taskName } from "../vsphere";
import { VimFault } from "../vsphere/errors";
import { finishTask, removeTask } from "./finish-tasks";
import { differencesOf, type ExpectedTask, type HeldTask, instant } from "./held-tasks";

/** The vCenter's tasks of these names; one that is under way is waited for. */
async function tasksNamed(acting: Acting, names: ReadonlySet<string>): Promise<FoundTask[]> {
  const ours = async () => (await acting.actions.scheduled.all()).filter(({ name }) => names.has(name));
  const found = await ours();
  const running = found.filter(({ state }) => state === "running");
  if (running.length === 0) return found;
  for (const { vm } of running) if (vm) await acting.actions.settle(vm);
  return ours();
}

/**
 * Writes down what became of the tasks that have run, and removes them and those that are not wanted any more.
 * @param expected the owner's, by name
 * @param wanted names of those to keep
 * @returns what ran
 */
export async function clearTasks(
  acting: Acting,
  expected: ReadonlyMap<string, ExpectedTask>,
  wanted: ReadonlySet<string>,
): Promise<MoveOutcome[]> {
  if (expected.size === 0) return [];
  const outcomes: MoveOutcome[] = [];
  const found = new Map((await tasksNamed(acting, new Set(expected.keys()))).map((task) => [task.name, task]));
  for (const own of expected.values()) {
    const task = found.get(own.name);
    // One that still runs is asked for by the next run.
    if (task?.state === "running") continue;
    if (task && task.ranAt !== null) outcomes.push(await finishTask(acting, task, own));
    else if (!wanted.has(own.name)) await removeTask(acting, own, task);
  }
  return outcomes;
}

export interface Holding {
  readonly owner: string;
  readonly clusterId: string;
  readonly priority: string;
}

export const heldAs = ({ owner, clusterId, priority }: Holding, { move, runAt }: HeldMove): Omit<HeldTask, "key"> => ({
  name: taskName(owner, move.id),
  clusterId,
  vm: move.vm,
  id: move.id,
  from: move.from,
  to: move.to,
  fromHostId: move.fromHostId,
  toHostId: move.toHostId,
  datastore: move.storage?.to ?? null,
  runAt,
  priority,
});

/**
 * Makes the vCenter hold a task for each move: made, or changed where it differs, where the VM runs as planned and vCenter has
 * no objection to the move as it would be now. What can't be held is a failed outcome.
 * @throws AffinityError JOURNAL_* where it can't be written down first
 */
export async function holdTasks(
  acting: Acting,
  holding: Holding,
  moves: readonly HeldMove[],
  expected: ReadonlyMap<string, ExpectedTask>,
): Promise<{ tasks: HeldTask[]; outcomes: MoveOutcome[] }> {
  if (moves.length === 0) return { tasks: [], outcomes: [] };
  const found = new Map((await acting.actions.scheduled.all()).map((task) => [task.name, task]));
  const tasks: HeldTask[] = [];
  const outcomes: MoveOutcome[] = [];
  for (const held of moves) {
    const wanted = heldAs(holding, held);
    const there = found.get(wanted.name);
    try {
      if (there && !expected.has(wanted.name)) throw taken(wanted.name);
      const same = there !== undefined && differencesOf(there, wanted).length === 0;
      tasks.push({ ...wanted, key: same ? there.key : await hold(acting, wanted, held, there?.key ?? null) });
    } catch (error) {
      if (!(error instanceof AffinityError) || error.code.startsWith("JOURNAL_")) throw error;
      const { vm, id, from, to } = wanted;
      const text = [error.message, ...error.problems.map(({ message }) => message)].join("; ");
      outcomes.push({ vm, id, from, to, result: "failed", text });
      const own = expected.get(wanted.name);
      if (own) await removeTask(acting, own, there);
    }
  }
  return { tasks, outcomes };
}

async function hold(
  acting: Acting,
  wanted: Omit<HeldTask, "key">,
  { move }: HeldMove,
  key: string | null,
): Promise<string> {
  const { actions } = acting;
  const { name, clusterId, ...detail } = wanted;
  const host = await actions.hostOf(wanted.id);
  if (host !== wanted.fromHostId) throw elsewhere(wanted, host);
  const options = { datastore: wanted.datastore ?? undefined };
  const objections = await actions.checkRelocate(wanted.id, wanted.toHostId, options);
  if (objections.length > 0) throw refused(wanted, objections);
  const draft: TaskDraft = {
    name,
    description: describe(wanted, move.reason),
    vm: wanted.id,
    runAt: wanted.runAt,
    spec: await actions.relocateSpec(wanted.id, wanted.toHostId, options),
    priority: wanted.priority,
  };
  const what = { subject: name, cluster: clusterId, detail: { clusterId, ...detail } };
  const made = await acting.logged({ kind: key === null ? "add-task" : "edit-task", ...what }, async () => {
    try {
      if (key === null) return await actions.scheduled.create(draft);
      await actions.scheduled.edit(key, draft);
      return key;
    } catch (error) {
      // Not the call may have been lost, but its answer.
      const all = error instanceof VimFault ? [] : await actions.scheduled.all().catch(() => []);
      const there = all.find((task) => task.name === name);
      if (there && differencesOf(there, wanted).length === 0) return there.key;
      throw error;
    }
  });
  const after = (await actions.scheduled.all()).find((task) => task.key === made);
  const differences = after ? differencesOf(after, wanted) : ["it is not there"];
  if (differences.length > 0) throw unverified(name, differences);
  return made;
}

const describe = ({ vm, from, to, runAt, name }: Omit<HeldTask, "key">, reason: string): string =>
  `Moves ${vm} from ${from} to ${to} at ${instant(runAt)}${reason ? `: ${reason}` : ""}. Kept by pulumi-vsphere-affinity as "${name}": change it in the Pulumi program.`;

const taken = (name: string) =>
  new AffinityError({
    code: "SCHEDULE_TASK_EXISTS",
    message: `the vCenter has a scheduled task named "${name}" that this resource did not make`,
    hint: "rename or remove it there",
  });

const elsewhere = ({ from, vm }: Omit<HeldTask, "key">, host: string | null) =>
  new AffinityError({
    code: "SCHEDULE_VM_ELSEWHERE",
    message: `${vm} runs on ${host ?? "no host"} by now, and was planned from ${from}`,
    hint: "run the update again: it plans anew",
  });

const refused = ({ vm, to }: Omit<HeldTask, "key">, objections: readonly string[]) =>
  new AffinityError({
    code: "VCENTER_RELOCATE_REFUSED",
    message: `vCenter would not move ${vm} to ${to}`,
    hint: "nothing is scheduled for it; plan anew",
    problems: objections.map((message) => ({ path: vm, message })),
  });

const unverified = (name: string, differences: readonly string[]) =>
  new AffinityError({
    code: "SCHEDULE_TASK_UNVERIFIED",
    message: `vCenter took the scheduled task "${name}", and has it otherwise: ${differences.join("; ")}`,
    hint: "somebody else may have changed it; run the update again",
  });
