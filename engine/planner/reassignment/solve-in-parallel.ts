import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { AffinityError } from "../../errors";
import { Board, boardMemory } from "./parallel/board";
import type { WorkerReport, WorkerTask } from "./parallel/worker";
import type { ReassignmentProblem } from "./problem";
import { ROUNDS } from "./search/schedule";
import { solutionOf, usedPart, type Solution, type SolveOptions } from "./solve";

export interface ParallelOptions extends SolveOptions {
  /** Searches, each in a thread of its own. */
  readonly threads: number;
}

/** How often the searches are told the time. */
const TICK_MS = 20;

/**
 * As `solve`, with a search in each of several threads. They anneal in step: after every round those behind go on from where
 * the one ahead stands. A budget in attempts is each thread's and gives the same result on every machine.
 *
 * @throws AffinityError REASSIGNMENT_WORKER where a thread fails.
 */
export async function solveInParallel(problem: ReassignmentProblem, options: ParallelOptions): Promise<Solution> {
  const { budget, signal, onProgress, threads } = options;
  const start = budget.now?.() ?? 0;
  const memory = boardMemory(threads, problem.items);
  const board = new Board(memory);
  const stop = () => {
    board.stop();
  };
  const tick = () => {
    if (budget.milliseconds !== undefined) board.progress = usedPart({ ...budget, attempts: undefined }, 0, start);
  };
  if (signal?.aborted || (budget.attempts === undefined && budget.milliseconds === undefined)) stop();
  signal?.addEventListener("abort", stop);
  tick();
  const timer = setInterval(tick, TICK_MS);
  const workers: Worker[] = [];
  const search = (index: number) =>
    new Promise<number>((resolve, reject) => {
      const { seed } = options;
      const task: WorkerTask = { problem, memory, search: index, seed, attempts: budget.attempts };
      const worker = new Worker(join(__dirname, "parallel", "worker.js"), { workerData: task });
      workers.push(worker);
      worker.on("message", (report: WorkerReport) => {
        if (report.kind === "end") resolve(report.attempts);
        else onProgress?.({ cost: report.cost, progress: report.round / ROUNDS });
      });
      worker.on("error", reject);
      worker.on("exit", () => {
        reject(new Error("the thread ended without a result"));
      });
    });
  try {
    const attempts = await Promise.all(Array.from({ length: threads }, (_, index) => search(index)));
    const best = board.found(board.leader(true), true);
    const total = attempts.reduce((sum, each) => sum + each, 0);
    return solutionOf(problem, best.bins.slice(), best.modes.slice(), total);
  } catch (cause) {
    throw new AffinityError({
      code: "REASSIGNMENT_WORKER",
      message: "a search thread of the reassignment solver failed",
      hint: "solve with fewer threads, or in one (solve)",
      cause,
    });
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
