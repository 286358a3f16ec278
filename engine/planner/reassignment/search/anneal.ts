import type { Search } from "./search";
import { coolingSchedule } from "./temperature";

/** Attempts between two looks at the budget. */
const EPOCH = 4096;

export interface AnnealOptions {
  /** Part of the budget that is used, by the attempts made; 1 or more ends the search. */
  readonly progress: (attempts: number) => number;
  readonly stopped: () => boolean;
  /** Rounds of equal parts of the budget. */
  readonly rounds: number;
  /** Called after every round, the last one included. */
  readonly onRound: (search: Search, round: number) => void;
}

/** Anneals from warm to cold, then descends for the last round. */
export function anneal(search: Search, options: AnnealOptions): number {
  const temperatureAt = coolingSchedule(search.state.problem);
  const { rounds } = options;
  let attempts = 0;
  let round = 0;
  while (round < rounds) {
    const progress = options.stopped() ? 1 : options.progress(attempts);
    while (round < rounds && progress >= (round + 1) / rounds) options.onRound(search, round++);
    if (round === rounds) break;
    const cold = round === rounds - 1 && rounds > 1;
    search.run(EPOCH, cold ? 0 : temperatureAt(Math.min(1, progress * (rounds / Math.max(1, rounds - 1)))));
    attempts += EPOCH;
  }
  return attempts;
}
