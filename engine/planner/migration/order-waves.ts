import { findDetours } from "./detour";
import type { Admission, Guard, Relocation } from "./guard";

export interface OrderingProblem {
  /** [unit] where it is; -1: nowhere. */
  readonly from: Int32Array;
  /** [unit] where it is to be. */
  readonly to: Int32Array;
  /** Units that move, the most urgent first; those of one list start together. */
  readonly bundles: readonly (readonly number[])[];
  /** A guard for everything as it is now. */
  readonly guard: () => Guard;
  readonly admission?: Admission;
  /** Hosts where a unit may wait for room elsewhere, the best first; none by default. */
  readonly temporaryHosts?: (unit: number) => Iterable<number>;
  /** The most such stops; unlimited by default. */
  readonly mostDetours?: number;
  /** What interrupting the unit once more costs: of several, the cheapest makes room. */
  readonly interruptionCost?: (unit: number) => number;
}

export interface Ordering {
  /** All of a wave may be in flight at once. */
  readonly waves: readonly (readonly Relocation[])[];
  /** Units that no order brings to their targets, and why. */
  readonly stuck: readonly { readonly unit: number; readonly because: string }[];
}

/**
 * Waves of moves from `from` to `to`, each as full as guard and admission allow. Where nothing can move any more, a unit that
 * is in another's way waits on a third host (two moves in place of one); where that doesn't help either, what is left is
 * stuck. A unit that would be left waiting doesn't wait: the waves are then made again without that.
 */
export function orderWaves(problem: OrderingProblem): Ordering {
  const banned = new Set<number>();
  for (;;) {
    const { left, ...ordering } = attempt(problem, banned);
    if (left.length === 0) return ordering;
    for (const unit of left) banned.add(unit);
  }
}

/** `left`: units that wait on a third host and never get any further. */
function attempt(problem: OrderingProblem, banned: ReadonlySet<number>): Ordering & { left: number[] } {
  const guard = problem.guard();
  const at = Int32Array.from(problem.from);
  const waves: Relocation[][] = [];
  const detoured = new Set<number>();
  let pending = problem.bundles;
  while (pending.length > 0) {
    problem.admission?.clear();
    const wave: Relocation[] = [];
    const waiting: (readonly number[])[] = [];
    for (const bundle of pending) {
      const moves = bundle.map((unit) => ({ unit, from: at[unit], to: problem.to[unit], temporary: false }));
      // What is too much for the limits by itself goes alone, and queues.
      const admitted = wave.length === 0 || (problem.admission?.admits(moves) ?? true);
      if (!admitted || !startAll(guard, moves)) {
        waiting.push(bundle);
        continue;
      }
      problem.admission?.admit(moves);
      wave.push(...moves);
    }
    if (wave.length === 0) {
      const merged = mergeBundles(problem, guard, pending);
      if (merged) {
        pending = merged;
        continue;
      }
      const spare = (problem.mostDetours ?? Infinity) - detoured.size;
      const mayNot = (unit: number) => detoured.has(unit) || banned.has(unit);
      wave.push(...findDetours(problem, guard, at, pending, mayNot, spare));
      if (wave.length === 0) break;
      for (const { unit } of wave) detoured.add(unit);
    }
    for (const { unit, from, to } of wave) {
      guard.finish(unit, from, to);
      at[unit] = to;
    }
    waves.push(wave);
    pending = waiting;
  }
  const stuck = pending.flat();
  return {
    waves,
    stuck: stuck.map((unit) => ({ unit, because: guard.because(unit, problem.to[unit]) })),
    left: stuck.filter((unit) => detoured.has(unit)),
  };
}

/** The bundles with the first one joined that must move with others; null if none must. */
function mergeBundles(
  problem: OrderingProblem,
  guard: Guard,
  pending: readonly (readonly number[])[],
): (readonly number[])[] | null {
  for (const bundle of pending) {
    const needed = new Set(bundle.flatMap((unit) => guard.companions?.(unit, problem.to[unit]) ?? []));
    const others = pending.filter((other) => other !== bundle && other.some((unit) => needed.has(unit)));
    if (others.length === 0) continue;
    return [[...bundle, ...others.flat()], ...pending.filter((other) => other !== bundle && !others.includes(other))];
  }
  return null;
}

/** Starts all of them, or none. */
export function startAll(guard: Guard, moves: readonly Relocation[]): boolean {
  for (let i = 0; i < moves.length; i++) {
    if (guard.fits(moves[i].unit, moves[i].to, moves.length > 1)) {
      guard.start(moves[i].unit, moves[i].to);
      continue;
    }
    for (let j = i - 1; j >= 0; j--) guard.cancel(moves[j].unit, moves[j].from, moves[j].to);
    return false;
  }
  return true;
}
