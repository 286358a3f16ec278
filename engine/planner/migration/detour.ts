import type { Guard, Relocation } from "./guard";
import type { OrderingProblem } from "./order-waves";

/** Units that may make way for one move: as many as a host may send at once. */
const MOST_AT_ONCE = 8;

/**
 * Moves to third hosts that let at least one of the waiting moves start; none if there are no such. In each move's way are
 * the units on its destination that wait to leave it; the cheapest to interrupt goes first. The moves given have started.
 */
export function findDetours(
  problem: OrderingProblem,
  guard: Guard,
  at: Int32Array,
  pending: readonly (readonly number[])[],
  mayNot: (unit: number) => boolean,
  most: number,
): Relocation[] {
  if (!problem.temporaryHosts || most <= 0) return [];
  const cost = problem.interruptionCost ?? (() => 0);
  const single = pending.filter((bundle) => bundle.length === 1).map(([unit]) => unit);
  const movable = single.filter((unit) => !mayNot(unit) && at[unit] >= 0);
  movable.sort((a, b) => cost(a) - cost(b) || a - b);
  const costAt = new Map<number, number>();
  for (const unit of movable) costAt.set(at[unit], Math.min(costAt.get(at[unit]) ?? Infinity, cost(unit)));
  // A cycle can be opened anywhere: where the one that makes way costs least.
  const least = (bundle: readonly number[]): number =>
    bundle.reduce((low, unit) => Math.min(low, costAt.get(problem.to[unit]) ?? Infinity), Infinity);
  const cheapestFirst = pending.map((bundle) => ({ bundle, cost: least(bundle) }));
  cheapestFirst.sort((a, b) => (a.cost === b.cost ? 0 : a.cost - b.cost));
  for (const { bundle } of cheapestFirst) {
    const destinations = new Set(bundle.map((unit) => problem.to[unit]));
    // Those in a rule's way may be anywhere, and come after those that take the destination's room.
    const near = movable.filter((unit) => destinations.has(at[unit]) && !bundle.includes(unit));
    const far = movable.filter((unit) => !destinations.has(at[unit]) && !bundle.includes(unit));
    const found =
      clearWay(problem, guard, at, bundle, near, Math.min(most, MOST_AT_ONCE)) ??
      firstOf(far, (unit) => clearWay(problem, guard, at, bundle, [unit], 1));
    if (found) return found;
  }
  return [];
}

function firstOf<T>(list: readonly number[], find: (item: number) => T | null): T | null {
  for (const item of list) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

function clearWay(
  problem: OrderingProblem,
  guard: Guard,
  at: Int32Array,
  bundle: readonly number[],
  candidates: readonly number[],
  most: number,
): Relocation[] | null {
  const moves: Relocation[] = [];
  const opens = (): boolean => {
    for (const { unit, from, to } of moves) guard.finish(unit, from, to);
    const started: number[] = [];
    const all = bundle.every((unit) => {
      if (!guard.fits(unit, problem.to[unit], bundle.length > 1)) return false;
      guard.start(unit, problem.to[unit]);
      started.push(unit);
      return true;
    });
    for (const unit of started.reverse()) guard.cancel(unit, at[unit], problem.to[unit]);
    for (const { unit, from, to } of moves) guard.reopen(unit, from, to);
    return all;
  };
  for (const unit of candidates) {
    if (moves.length === most) break;
    const stop = stopFor(problem, guard, at, unit, bundle);
    if (stop < 0) continue;
    guard.start(unit, stop);
    moves.push({ unit, from: at[unit], to: stop, temporary: true });
    if (opens()) return withoutNeedless(moves, guard, opens);
  }
  for (const { unit, from, to } of moves.reverse()) guard.cancel(unit, from, to);
  return null;
}

/** Takes back the detours that the way is open without. */
function withoutNeedless(moves: Relocation[], guard: Guard, opens: () => boolean): Relocation[] {
  for (let i = moves.length - 2; i >= 0; i--) {
    const [move] = moves.splice(i, 1);
    guard.cancel(move.unit, move.from, move.to);
    if (opens()) continue;
    guard.start(move.unit, move.to);
    moves.splice(i, 0, move);
  }
  return moves;
}

function stopFor(
  problem: OrderingProblem,
  guard: Guard,
  at: Int32Array,
  unit: number,
  bundle: readonly number[],
): number {
  for (const host of problem.temporaryHosts!(unit)) {
    if (host === at[unit] || host === problem.to[unit]) continue;
    if (bundle.some((other) => problem.to[other] === host)) continue;
    if (guard.fits(unit, host, false)) return host;
  }
  return -1;
}
