import type { State } from "./state/state";

export interface Housing {
  readonly state: State;
  /** [resource] what demand and room are measured by. */
  readonly scarcity: Float64Array;
}

/** Bins tried for making room, the emptiest first. */
const ROOMY_BINS = 64;

/**
 * Finds bins for items, the largest first: home where that is possible again, else the bin that it leaves the least room on
 * (best fit), of those where it fits while what leaves is still there before the others, so that it need not wait. Gives the
 * items for which there is none.
 */
export function house(housing: Housing, items: readonly number[]): number[] {
  const { state, scarcity } = housing;
  const { problem } = state;
  const { resources } = problem;
  const size = (item: number): number => sizeOf(housing, item);
  const sizes = new Map(items.map((item) => [item, size(item)]));
  const queue = [...items].sort((a, b) => sizes.get(b)! - sizes.get(a)! || a - b);
  /** [bin][resource] what items that leave it take there till they have left. */
  const leaving = new Float64Array(problem.bins * resources);
  for (const item of items) {
    const home = problem.initial[item];
    if (home < 0) continue;
    for (let r = 0; r < resources; r++)
      leaving[home * resources + r] += problem.demand[item * problem.modes * resources + r];
  }
  const waits = (item: number, bin: number): boolean => {
    for (let r = 0; r < resources; r++) {
      const demand = problem.demand[item * problem.modes * resources + r];
      if (demand > state.room[bin * resources + r] - leaving[bin * resources + r]) return true;
    }
    return false;
  };
  const left: number[] = [];
  for (const item of queue) {
    const best = tightest(housing, item, waits);
    if (best >= 0) state.shift(item, best, 0);
    else left.push(item);
  }
  return left.filter((item) => !makeRoom({ state, scarcity }, item));
}

export const sizeOf = ({ state, scarcity }: Housing, item: number): number => {
  const { resources, modes, demand } = state.problem;
  let sum = 0;
  for (let r = 0; r < resources; r++) sum += demand[item * modes * resources + r] / scarcity[r];
  return sum;
};

const roomOf = ({ state, scarcity }: Housing, bin: number): number => {
  const { resources } = state.problem;
  let sum = 0;
  for (let r = 0; r < resources; r++) sum += state.room[bin * resources + r] / scarcity[r];
  return sum;
};

export function canTake({ state }: Housing, item: number, bin: number): boolean {
  return state.isAllowed(item, bin) && state.fits(item, bin, 0) && breaksNothing(state, item, bin);
}

/** Whether no hard rule is broken more by the item's coming from where it is. */
const breaksNothing = (state: State, item: number, bin: number): boolean =>
  !state.rules.concerns(item) || state.rules.delta(item, state.binOf[item], bin) <= 0;

export function tightest(housing: Housing, item: number, waits?: (item: number, bin: number) => boolean): number {
  const { bins, initial } = housing.state.problem;
  if (initial[item] >= 0 && canTake(housing, item, initial[item])) return initial[item];
  let best = -1;
  let least = Infinity;
  for (let bin = 0; bin < bins; bin++) {
    if (!housing.state.fits(item, bin, 0)) continue;
    // Anything that need not wait comes before all that must.
    const room = roomOf(housing, bin) + (waits?.(item, bin) ? 1e9 : 0);
    if (room >= least || !canTake(housing, item, bin)) continue;
    best = bin;
    least = room;
  }
  return best;
}

/** Houses the item in the place of one that fits elsewhere: one more move. Gives whether that was possible. */
function makeRoom(housing: Housing, item: number): boolean {
  const { state } = housing;
  const { bins } = state.problem;
  const open = Array.from({ length: bins }, (_, bin) => bin).filter((bin) => state.isAllowed(item, bin));
  const roomiest = open.sort((a, b) => roomOf(housing, b) - roomOf(housing, a) || a - b).slice(0, ROOMY_BINS);
  for (const bin of roomiest) {
    const there = [...state.itemsOn[bin]].sort((a, b) => sizeOf(housing, a) - sizeOf(housing, b) || a - b);
    for (const other of there) {
      if (!state.fitsInstead(item, bin, 0, other)) continue;
      state.shift(other, -1, 0);
      if (canTake(housing, item, bin)) {
        state.shift(item, bin, 0);
        const refuge = tightest(housing, other);
        if (refuge >= 0) {
          state.shift(other, refuge, 0);
          return true;
        }
        state.shift(item, -1, 0);
      }
      state.shift(other, bin, 0);
    }
  }
  return false;
}
