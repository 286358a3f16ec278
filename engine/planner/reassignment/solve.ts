import type { Evaluation } from "./evaluate";
import { evaluate } from "./evaluate";
import { lowerBound } from "./lower-bound";
import type { ReassignmentProblem } from "./problem";
import { anneal } from "./search/anneal";
import { repair } from "./search/repair";
import { ROUNDS, Schedule } from "./search/schedule";
import { Search } from "./search/search";

export interface SolveProgress {
  /** Cost of the best assignment so far. */
  readonly cost: number;
  /** Part of the budget that is used, 0 to 1. */
  readonly progress: number;
}

/** What ends a search: a number of attempts (the result is the same on every machine), a time, or both. */
export interface Budget {
  readonly attempts?: number;
  /** Milliseconds by `now`. The result depends on how fast the machine is. */
  readonly milliseconds?: number;
  /** Milliseconds from any origin; needed with `milliseconds`. */
  readonly now?: () => number;
}

export interface SolveOptions {
  readonly seed: number;
  readonly budget: Budget;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SolveProgress) => void;
}

export interface Solution {
  /** [item] */
  readonly bins: Int32Array;
  /** [item] */
  readonly modes: Uint8Array;
  readonly evaluation: Evaluation;
  /** No assignment costs less. */
  readonly bound: number;
  /** Part of the cost that the bound doesn't explain: (cost - bound) / cost. */
  readonly gap: number;
  readonly attempts: number;
}

/**
 * Searches for a cheap assignment in this thread: repairs what the initial one breaks, then anneals over shifts, swaps and
 * ejection chains, and gives the best that it met. Aborted, it gives the best so far.
 */
export function solve(problem: ReassignmentProblem, options: SolveOptions): Solution {
  const { budget, signal, onProgress } = options;
  const start = budget.now?.() ?? 0;
  const progress = (attempts: number) => usedPart(budget, attempts, start);
  const stopped = () => signal?.aborted ?? false;
  const search = new Search(problem, options.seed, 0, problem.initial, problem.initialMode);
  repair(search, () => stopped() || progress(0) >= 1);
  const [bins, modes] = [search.state.binOf.slice(), search.state.modeOf.slice()];
  const schedule = new Schedule(problem, 0, 1);
  const attempts = anneal(search, {
    schedule,
    attempts: budget.attempts,
    progress,
    stopped,
    onRound: (round, next) => {
      schedule.observe(round, 0, { violation: search.bestViolation, cost: search.bestCost });
      if (next === "restart") search.jump(bins, modes);
      if (next === "best") search.jump(search.bestBins, search.bestModes);
      onProgress?.({ cost: search.bestCost, progress: round / ROUNDS });
    },
  });
  return solutionOf(problem, search.bestBins, search.bestModes, attempts);
}

/** Part of a budget that is used; 1 where none is given. */
export function usedPart(budget: Budget, attempts: number, start: number): number {
  const byAttempts = budget.attempts === undefined ? 0 : attempts / budget.attempts;
  const byTime = budget.milliseconds === undefined || !budget.now ? 0 : (budget.now() - start) / budget.milliseconds;
  if (budget.attempts === undefined && budget.milliseconds === undefined) return 1;
  return Math.max(byAttempts, byTime);
}

export function solutionOf(
  problem: ReassignmentProblem,
  bins: Int32Array,
  modes: Uint8Array,
  attempts: number,
): Solution {
  const evaluation = evaluate(problem, bins, modes);
  const bound = lowerBound(problem);
  const gap = evaluation.cost > 0 ? Math.max(0, (evaluation.cost - bound) / evaluation.cost) : 0;
  return { bins, modes, evaluation, bound, gap, attempts };
}
