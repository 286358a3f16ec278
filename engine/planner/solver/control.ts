import { setImmediate } from "node:timers/promises";
import type { Search } from "./search";

/** What ends a search before it has nothing left to do. */
export type Cut = "timeLimit" | "abort";

/** The best placement that a search has come to: whatever ends it now, this is what it gives. */
export interface BestSoFar {
  /** By all objectives, with the price of every move: what the search lowers. Integer, of COST_UNIT's scale. */
  readonly cost: number;
  /** No placement within the moves allowed costs less; null where no bound is known. */
  readonly bound: number | null;
  /** Moves of VMs that run. */
  readonly moves: number;
}

/** How a search is ended and watched from outside. Without `cut` it is a pure function of its inputs. */
export interface SearchControl {
  /** Once aborted the search throws its reason. */
  readonly signal?: AbortSignal;
  /** Asked every few milliseconds; other than null, the search ends with the best that it has. */
  readonly cut?: () => Cut | null;
  readonly onBest?: (best: BestSoFar) => void;
}

export const isCut = ({ cut }: SearchControl): boolean => (cut?.() ?? null) !== null;

/**
 * Lets others run, so that an abort is noticed and progress is shown, though the search itself never waits.
 * @throws the signal's reason once it is aborted
 */
export async function pause({ signal, cut, onBest }: SearchControl): Promise<void> {
  if (signal || cut || onBest) await setImmediate();
  signal?.throwIfAborted();
}

/** @param cost of the search as it is now, where that is known; evaluated otherwise */
export function tellBest(search: Search, { onBest }: SearchControl, cost?: number): void {
  onBest?.({ cost: cost ?? search.cost(), bound: search.bound(), moves: search.moves });
}
