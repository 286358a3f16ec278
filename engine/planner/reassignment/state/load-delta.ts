import type { State } from "./state";

/*
 * Changes of what bins cost, for states with `plain` bins. What one bin loses of a column the other gets, d. As the positive
 * part of x is (x + |x|) / 2, the linear parts of both bins cancel and the column's change is half of
 * |x - d| - |x| + |y + d| - |y|: no branches, one pass over both bins.
 */

/** Twice the change of the part with absolute values where `item` leaves the bin `from`. */
export function leaveTwice(state: State, from: number, item: number): number {
  const over = state.over;
  const { count, demand } = state.columns;
  const at = from * count;
  const of = item * count;
  let twice = 0;
  for (let c = 0; c < count; c++) twice += Math.abs(over[at + c] - demand[of + c]) - Math.abs(over[at + c]);
  return twice;
}

/** Twice the change of the part with absolute values where `item` comes to the bin `to`. */
export function enterTwice(state: State, to: number, item: number): number {
  const over = state.over;
  const { count, demand } = state.columns;
  const at = to * count;
  const of = item * count;
  let twice = 0;
  for (let c = 0; c < count; c++) twice += Math.abs(over[at + c] + demand[of + c]) - Math.abs(over[at + c]);
  return twice;
}

/** Change of the cost of the bins `a` and `b` when `one`, which is on `a`, and `other`, on `b`, change places. */
export function exchangeDelta(state: State, a: number, one: number, b: number, other: number): number {
  const over = state.over;
  const { count, demand } = state.columns;
  const atA = a * count;
  const atB = b * count;
  const ofOne = one * count;
  const ofOther = other * count;
  let twice = 0;
  for (let c = 0; c < count; c++) {
    const d = demand[ofOne + c] - demand[ofOther + c];
    const x = over[atA + c];
    const y = over[atB + c];
    twice += Math.abs(x - d) - Math.abs(x) + Math.abs(y + d) - Math.abs(y);
  }
  return twice / 2;
}
