import { parentPort, workerData } from "node:worker_threads";
import type { ReassignmentProblem } from "../problem";
import { anneal } from "../search/anneal";
import { repair } from "../search/repair";
import { Schedule } from "../search/schedule";
import { Search } from "../search/search";
import { violationOf } from "../search/violation";
import { Board, type BoardMemory } from "./board";

/** What a worker is started with. */
export interface WorkerTask {
  readonly problem: ReassignmentProblem;
  readonly memory: BoardMemory;
  readonly search: number;
  readonly seed: number;
  /** Attempts of this search; unlimited where undefined. */
  readonly attempts: number | undefined;
}

/** What it reports: the best cost of all searches after a round, and at the end its attempts. */
export type WorkerReport =
  | { readonly kind: "round"; readonly round: number; readonly cost: number }
  | { readonly kind: "end"; readonly attempts: number };

function work(task: WorkerTask, report: (message: WorkerReport) => void): void {
  const { problem, attempts } = task;
  const board = new Board(task.memory);
  const search = new Search(problem, task.seed, task.search, problem.initial, problem.initialMode);
  const progress = (made: number) => Math.max(board.progress, attempts === undefined ? 0 : made / attempts);
  const publish = (best: boolean) => {
    const { state } = search;
    board.publish(
      task.search,
      best,
      best
        ? { violation: search.bestViolation, cost: search.bestCost, bins: search.bestBins, modes: search.bestModes }
        : { violation: violationOf(state), cost: state.cost, bins: state.binOf, modes: state.modeOf },
    );
  };
  repair(search, () => board.stopped || progress(0) >= 1);
  const [bins, modes] = [search.state.binOf.slice(), search.state.modeOf.slice()];
  const schedule = new Schedule(problem, task.search, board.searches);
  const made = anneal(search, {
    schedule,
    attempts,
    progress,
    stopped: () => board.stopped,
    onRound: (round, next) => {
      publish(false);
      publish(true);
      board.meet();
      const best = board.leader(true);
      schedule.observe(round, best, board.found(best, true));
      const ofBest = next === "best";
      const leader = board.leader(ofBest);
      const ahead = board.found(leader, ofBest);
      if (next === "restart") search.jump(bins, modes);
      else if (ofBest || (!schedule.isScouting(round) && leader !== task.search)) search.jump(ahead.bins, ahead.modes);
      if (task.search === 0) report({ kind: "round", round, cost: board.found(best, true).cost });
      // Nobody overwrites what another still reads.
      board.meet();
    },
  });
  report({ kind: "end", attempts: made });
}

if (parentPort) {
  const port = parentPort;
  work(workerData as WorkerTask, (message) => {
    port.postMessage(message);
  });
}
