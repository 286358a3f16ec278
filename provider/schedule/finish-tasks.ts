import type { Acting } from "../acting";
import type { MoveOutcome } from "../execution/move";
import type { FoundTask } from "../vsphere";
import type { ExpectedTask } from "./held-tasks";

/**
 * Finds out what became of a task of ours that has run (the vCenter is asked where the VM runs), writes the move down as
 * done or failed at the instant it ran, and removes the task. Done again after a crash, it writes nothing twice.
 */
export async function finishTask(acting: Acting, task: FoundTask, wanted: ExpectedTask): Promise<MoveOutcome> {
  const cluster = wanted.clusterId;
  const host = await acting.actions.hostOf(wanted.id);
  const stored = wanted.datastore === null || (await acting.actions.datastoresOf(wanted.id)).includes(wanted.datastore);
  const moved = task.state === "success" && host === wanted.toHostId && stored;
  const text = `by the vCenter at ${new Date(task.ranAt! * 1000).toISOString()}`;
  const why = task.error || (stored ? `it runs on ${host ?? "no host"}` : "its disks are elsewhere");
  const outcome = { result: moved ? ("done" as const) : ("failed" as const), text: moved ? text : `${text}: ${why}` };
  await acting.recorded(
    {
      kind: "relocate",
      subject: wanted.id,
      cluster,
      at: task.ranAt!,
      detail: { from: wanted.fromHostId, to: wanted.toHostId, datastore: wanted.datastore, task: task.key },
    },
    outcome,
  );
  await removeTask(acting, wanted, task);
  const { vm, id, from, to } = wanted;
  return { vm, id, from, to, result: moved ? "moved" : "failed", text: outcome.text };
}

/**
 * Removes a task of ours; one that has begun meanwhile is waited for first. One that is gone (somebody removed it, or its VM)
 * is written down as removed, or it would be missed for ever.
 */
export async function removeTask(acting: Acting, own: ExpectedTask, found?: FoundTask): Promise<void> {
  if (found?.vm) await acting.actions.settle(found.vm);
  const detail = { key: found?.key ?? null };
  await acting.logged({ kind: "remove-task", subject: own.name, cluster: own.clusterId, detail }, async () => {
    if (found) await acting.actions.scheduled.remove(found.key);
  });
}
