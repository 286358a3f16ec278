import type { State } from "./state";

/**
 * Change of the cost, with what is charged for departures, when `item` moves to `bin` in `mode`; Infinity where that breaks something hard that isn't broken, or
 * where the change is above `bound`, as far as that shows early.
 */
export function shiftDelta(state: State, item: number, bin: number, mode: number, bound: number): number {
  const from = state.binOf[item];
  const fromMode = state.modeOf[item];
  if (!state.isAllowed(item, bin)) return Infinity;
  if (from === bin) return modeDelta(state, item, mode);
  let loads = state.costWith(item, bin, mode, 1) - state.binCost[bin];
  if (from >= 0) loads += state.costWith(item, from, fromMode, -1) - state.binCost[from];
  return shiftDeltaWith(state, item, bin, mode, bound, loads);
}

/** The same for another bin, where the change of the bins' costs is known: `loads`. */
export function shiftDeltaWith(
  state: State,
  item: number,
  bin: number,
  mode: number,
  bound: number,
  loads: number,
): number {
  const { problem, moves, rules } = state;
  const from = state.binOf[item];
  const fromMode = state.modeOf[item];
  if (!state.isAllowed(item, bin) || !state.fits(item, bin, mode)) return Infinity;
  let delta = loads + moves.price(item, bin, mode) - moves.price(item, from, fromMode);
  const change = moves.hasMoved(item, bin, mode) - moves.hasMoved(item, from, fromMode);
  if (change !== 0) {
    if (change > 0 && moves.moved >= problem.maxMoves) return Infinity;
    delta += problem.groupMoveWeight * moves.mostDelta(item, change);
  }
  if (delta > bound && !rules.soft) return Infinity;
  if (rules.delta(item, from, bin) > 0) return Infinity;
  return delta + rules.softDelta;
}

/** The same for another mode on the bin where the item is. */
function modeDelta(state: State, item: number, mode: number): number {
  const { problem, moves } = state;
  const bin = state.binOf[item];
  const fromMode = state.modeOf[item];
  if (mode === fromMode) return 0;
  if (!state.fitsInstead(item, bin, mode, item)) return Infinity;
  let delta = state.costInstead(item, bin, mode, item) - state.binCost[bin];
  delta += moves.price(item, bin, mode) - moves.price(item, bin, fromMode);
  const change = moves.hasMoved(item, bin, mode) - moves.hasMoved(item, bin, fromMode);
  if (change > 0 && moves.moved >= problem.maxMoves) return Infinity;
  return delta + problem.groupMoveWeight * moves.mostDelta(item, change);
}
