import { AffinityError } from "../../engine/errors";
import type { ScheduledWave } from "../../engine/planner/schedule";
import type { Acting } from "../acting";
import type { MovePriority, VcenterActions } from "../vsphere";

export type PlannedMove = ScheduledWave["moves"][number];

/** What moves need of a run that changes a vCenter. */
export interface MoveActing extends Pick<Acting, "logged"> {
  readonly actions: Pick<VcenterActions, "settle" | "hostOf" | "datastoresOf" | "relocate">;
}

/** What came of one move. */
export interface MoveOutcome {
  readonly vm: string;
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly result: "moved" | "already there" | "failed" | "reverted" | "not started";
  /** Why, where it isn't simply done. */
  readonly text: string;
}

/**
 * One move: the world is still as planned, vCenter has no objection, it is written down, done, and verified.
 * @param cluster id
 * @throws never for what the vCenter refuses: that is an outcome. JOURNAL_* where it can't be written down first.
 */
export async function runMove(
  acting: MoveActing,
  cluster: string,
  move: PlannedMove,
  priority: MovePriority,
  signal?: AbortSignal,
): Promise<MoveOutcome> {
  const outcome = (result: MoveOutcome["result"], text = ""): MoveOutcome => ({
    vm: move.vm,
    id: move.id,
    from: move.from,
    to: move.to,
    result,
    text,
  });
  let began = false;
  try {
    await acting.actions.settle(move.id, { signal });
    const host = await acting.actions.hostOf(move.id, signal);
    if (host === move.toHostId && (await hasArrived(acting, move, signal))) return outcome("already there");
    // Its disks alone may move: then it runs where it is to be from the start.
    if (host !== move.fromHostId && host !== move.toHostId) {
      return outcome("failed", `it runs on ${host ?? "no host"} by now, and was planned from ${move.from}`);
    }
    const detail = { from: move.fromHostId, to: move.toHostId, datastore: move.storage?.to ?? null };
    const what = { kind: "relocate", subject: move.id, cluster, detail };
    await acting.logged(what, () => {
      began = true;
      return acting.actions.relocate(move.id, move.toHostId, priority, { signal, datastore: move.storage?.to });
    });
    return outcome("moved");
  } catch (error) {
    if (!(error instanceof AffinityError)) throw error;
    // What can't be written down isn't done, and neither is anything after it.
    if (!began && error.code.startsWith("JOURNAL_")) throw error;
    return outcome("failed", [error.message, ...error.problems.map(({ message }) => message)].join("; "));
  }
}

/** Whether the disks of a VM that runs where it is to be are there as well, and no longer where they were. */
async function hasArrived(
  acting: MoveActing,
  { id, storage }: Pick<PlannedMove, "id" | "storage">,
  signal?: AbortSignal,
): Promise<boolean> {
  if (!storage) return true;
  const stores = await acting.actions.datastoresOf(id, signal);
  return stores.includes(storage.to) && !storage.from.some((from) => from !== storage.to && stores.includes(from));
}

/** Takes a move back, if the VM still is where it went. */
export function revertMove(
  acting: MoveActing,
  cluster: string,
  move: PlannedMove,
  priority: MovePriority,
  signal?: AbortSignal,
): Promise<MoveOutcome> {
  const back = {
    ...move,
    from: move.to,
    fromHostId: move.toHostId,
    to: move.from,
    toHostId: move.fromHostId,
    storage: move.storage && { from: [move.storage.to], to: move.storage.from[0] },
  };
  return runMove(acting, cluster, back, priority, signal);
}
