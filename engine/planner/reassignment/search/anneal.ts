import { type Next, ROUNDS, type Schedule } from "./schedule";
import type { Search } from "./search";

/** Attempts between two looks at the budget, at most. */
const MOST_ATTEMPTS = 4096;
/** Looks at a budget in attempts per round, where it is small. */
const LOOKS = 4;

export interface AnnealOptions {
  readonly schedule: Schedule;
  /** Attempts, where there is a limit to them. */
  readonly attempts: number | undefined;
  /** Part of the budget that is used, by the attempts made; 1 or more ends the search. */
  readonly progress: (attempts: number) => number;
  readonly stopped: () => boolean;
  /** Called after every round, the last one included; sees to what comes `next`. */
  readonly onRound: (round: number, next: Next) => void;
}

/** Anneals by the schedule: scouting walks, the long one, and a descent in the last round. Gives the attempts made. */
export function anneal(search: Search, options: AnnealOptions): number {
  const { schedule } = options;
  const few = Math.ceil((options.attempts ?? Infinity) / (ROUNDS * LOOKS));
  const epoch = Math.min(MOST_ATTEMPTS, Math.max(1, few));
  let attempts = 0;
  let round = 0;
  while (round < ROUNDS) {
    const progress = options.stopped() ? 1 : options.progress(attempts);
    while (round < ROUNDS && progress >= (round + 1) / ROUNDS) {
      round++;
      options.onRound(round, schedule.after(round));
    }
    if (round === ROUNDS) break;
    search.run(epoch, schedule.pace(progress));
    attempts += epoch;
  }
  return attempts;
}
