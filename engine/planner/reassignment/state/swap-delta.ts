import type { State } from "./state";

/**
 * Change of the cost, with what is charged for departures, when two items on different bins change places, in the modes given; Infinity where that breaks something
 * hard, or where the change is above `bound`, as far as that shows early.
 */
export function swapDelta(
  state: State,
  one: number,
  modeOfOne: number,
  other: number,
  modeOfOther: number,
  bound: number,
): number {
  const a = state.binOf[one];
  const b = state.binOf[other];
  let loads = state.costInstead(one, b, modeOfOne, other) - state.binCost[b];
  loads += state.costInstead(other, a, modeOfOther, one) - state.binCost[a];
  return swapDeltaWith(state, one, modeOfOne, other, modeOfOther, bound, loads);
}

/** The same where the change of the bins' costs is known: `loads`. */
export function swapDeltaWith(
  state: State,
  one: number,
  modeOfOne: number,
  other: number,
  modeOfOther: number,
  bound: number,
  loads: number,
): number {
  const { problem, moves, rules } = state;
  const a = state.binOf[one];
  const b = state.binOf[other];
  if (!state.isAllowed(one, b) || !state.isAllowed(other, a)) return Infinity;
  if (!state.fitsInstead(one, b, modeOfOne, other) || !state.fitsInstead(other, a, modeOfOther, one)) return Infinity;
  let delta = loads + moves.price(one, b, modeOfOne) - moves.price(one, a, state.modeOf[one]);
  delta += moves.price(other, a, modeOfOther) - moves.price(other, b, state.modeOf[other]);
  const ofOne = moves.hasMoved(one, b, modeOfOne) - moves.hasMoved(one, a, state.modeOf[one]);
  const ofOther = moves.hasMoved(other, a, modeOfOther) - moves.hasMoved(other, b, state.modeOf[other]);
  if (ofOne !== 0 || ofOther !== 0) {
    if (ofOne + ofOther > 0 && moves.moved + ofOne + ofOther > problem.maxMoves) return Infinity;
    delta += problem.groupMoveWeight * moves.mostDeltaOfTwo(one, ofOne, other, ofOther);
  }
  if (delta > bound && !rules.soft) return Infinity;
  if (!rules.concerns(one) && !rules.concerns(other)) return delta;
  let hard = rules.delta(one, a, b);
  let soft = rules.softDelta;
  rules.move(one, a, b);
  hard += rules.delta(other, b, a);
  soft += rules.softDelta;
  rules.move(one, b, a);
  return hard > 0 ? Infinity : delta + soft;
}

/** Lets two items on different bins change places. */
export function swap(state: State, one: number, modeOfOne: number, other: number, modeOfOther: number): void {
  const a = state.binOf[one];
  state.shift(one, state.binOf[other], modeOfOne);
  state.shift(other, a, modeOfOther);
}
