import { bulkhead } from "cockatiel";
import { dueWaves, endsInTime, type ScheduledWave } from "../../engine/planner/schedule";
import type { MovePriority } from "../vsphere";
import { type MoveActing, type MoveOutcome, type PlannedMove, revertMove, runMove } from "./move";

export interface WaveOptions {
  /** Id of the cluster. */
  readonly cluster: string;
  readonly concurrency: number;
  readonly priority: MovePriority;
  readonly onFailure: "stop" | "revert";
  /** Epoch seconds. */
  readonly now: () => number;
  /** Asked before each wave whether so many moves may begin; absent: they may. */
  readonly mayBegin?: (moves: number) => Promise<boolean>;
  readonly signal?: AbortSignal;
  readonly onOutcome?: (outcome: MoveOutcome) => void;
}

export interface WavesRun {
  readonly outcomes: readonly MoveOutcome[];
  /** Waves that are still to come: those that are not due, and all that followed a failure. */
  readonly waiting: readonly ScheduledWave[];
  readonly failed: boolean;
}

/**
 * Runs the waves that are due, one after the other, the moves of each at the same time. When one fails, those in flight
 * come to their end, nothing else begins, and where it is asked for the wave's other moves are taken back in reverse.
 */
export async function runWaves(
  acting: MoveActing,
  waves: readonly ScheduledWave[],
  options: WaveOptions,
): Promise<WavesRun> {
  const outcomes: MoveOutcome[] = [];
  const tell = (outcome: MoveOutcome): void => {
    outcomes.push(outcome);
    options.onOutcome?.(outcome);
  };
  let done = 0;
  for (const wave of dueWaves(waves, options.now())) {
    // By the clock of now: waves that took longer than expected may have used up the window.
    if (!endsInTime(wave, options.now()) || options.signal?.aborted) break;
    // A wave is begun whole or not at all: half of one may leave a cluster worse than none.
    if (options.mayBegin && !(await options.mayBegin(wave.moves.length))) break;
    const failed = await runWave(acting, wave, options, tell);
    done++;
    if (failed) return { outcomes, waiting: waves.slice(done), failed };
  }
  return { outcomes, waiting: waves.slice(done), failed: false };
}

/** Whether a move failed. */
async function runWave(
  acting: MoveActing,
  wave: ScheduledWave,
  { cluster, concurrency, priority, onFailure, signal }: WaveOptions,
  tell: (outcome: MoveOutcome) => void,
): Promise<boolean> {
  const turn = bulkhead(concurrency, Number.MAX_SAFE_INTEGER);
  const moved: PlannedMove[] = [];
  let failed = false;
  const results = await Promise.allSettled(
    wave.moves.map((move) =>
      turn.execute(async () => {
        const { vm, id, from, to } = move;
        if (failed || signal?.aborted) {
          return tell({ vm, id, from, to, result: "not started", text: "another move failed, or the run was ended" });
        }
        try {
          const outcome = await runMove(acting, cluster, move, priority, signal);
          if (outcome.result === "moved") moved.push(move);
          if (outcome.result === "failed") failed = true;
          tell(outcome);
        } catch (error) {
          failed = true;
          throw error;
        }
      }),
    ),
  );
  if (failed && onFailure === "revert") {
    for (const move of moved.reverse()) {
      const back = await revertMove(acting, cluster, move, priority, signal);
      const result = back.result === "moved" ? "reverted" : back.result;
      tell({ vm: move.vm, id: move.id, from: move.to, to: move.from, result, text: back.text });
    }
  }
  const thrown = results.find((result) => result.status === "rejected");
  if (thrown) throw thrown.reason;
  return failed;
}
