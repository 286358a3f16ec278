import type { ReassignmentProblem } from "./problem";
import { departuresOf } from "./repair-departures";
import { house, type Housing } from "./repair-housing";
import { searchRepair } from "./repair-search";
import { State } from "./state/state";

export interface Repair {
  /** [item] its bin; -1 where none was found. */
  readonly binOf: Int32Array;
  /** Items that have left the bin they were on. */
  readonly moves: number;
  /** No repair has fewer moves, by what each bin by itself must give up. */
  readonly leastMoves: number;
  /** Items without a bin. */
  readonly homeless: readonly number[];
  /** Units of hard rules that stay broken. */
  readonly broken: number;
}

/**
 * Repairs an assignment that breaks capacities, allowed bins or hard rules with as few moves as it can (BtrPlace's repair
 * approach: Hermenier et al., "BtrPlace: A Flexible Consolidation Manager for Highly Available Applications", TDSC 2013):
 * only bins that violate something give up items, the fewest each; what has no bin goes where it fits most tightly, the
 * scarcest first; where nothing is free, one other item makes room. What that leaves, or moves needlessly, a search by ruin and
 * recreate mends. Deterministic; knows no objective but the number of moves.
 * Items have one mode.
 */
export function repairFewestMoves(problem: ReassignmentProblem): Repair {
  const state = new State(problem);
  const scarcity = scarcityOf(problem);
  const homeless: number[] = [];
  let leastMoves = 0;
  const unhouse = (item: number): void => {
    state.shift(item, -1, 0);
    homeless.push(item);
  };
  for (let item = 0; item < problem.items; item++) if (problem.initial[item] < 0) homeless.push(item);
  for (let bin = 0; bin < problem.bins; bin++) {
    const { items, least } = departuresOf(state, bin, scarcity);
    leastMoves += least;
    items.forEach(unhouse);
  }
  for (const item of ruleBreakers(state)) unhouse(item);
  const housing: Housing = { state, scarcity };
  house(housing, homeless);
  takeBack(state);
  searchRepair(housing, leastMoves);
  takeBack(state);
  return {
    binOf: Int32Array.from(state.binOf),
    moves: state.moves.moved,
    leastMoves,
    homeless: Array.from(state.binOf.keys()).filter((item) => state.binOf[item] < 0),
    broken: state.rules.hard,
  };
}

/** [resource] what is there in all for each unit that is asked for, at least: what demand is measured by. */
function scarcityOf({ bins, resources, capacity, safety }: ReassignmentProblem): Float64Array {
  const total = new Float64Array(resources);
  for (let b = 0; b < bins; b++) {
    for (let r = 0; r < resources; r++) total[r] += Math.min(capacity[b * resources + r], safety[b * resources + r]);
  }
  return total.map((sum) => Math.max(1, sum / bins));
}

/** Items without which fewer hard rules are broken, one after the other, the greatest relief first. */
function ruleBreakers(state: State): number[] {
  const { problem, rules, binOf } = state;
  const gone: number[] = [];
  const { counters } = problem;
  while (rules.hard > 0) {
    let best = -1;
    let least = 0;
    const seen = new Set<number>();
    for (const item of counters.members) {
      if (binOf[item] < 0 || seen.has(item)) continue;
      seen.add(item);
      const delta = rules.delta(item, binOf[item], -1);
      if (delta < least) [best, least] = [item, delta];
    }
    if (best < 0) break;
    gone.push(best);
    rules.move(best, binOf[best], -1);
  }
  // The caller takes them off their bins, rules and all.
  for (const item of gone) rules.move(item, -1, binOf[item]);
  return gone;
}

/** Items that went elsewhere and fit at home after all go back. */
function takeBack(state: State): void {
  const { problem, binOf, rules } = state;
  for (let item = 0; item < problem.items; item++) {
    const home = problem.initial[item];
    if (home < 0 || binOf[item] < 0 || binOf[item] === home) continue;
    if (!state.isAllowed(item, home) || !state.fits(item, home, 0)) continue;
    if (rules.delta(item, binOf[item], home) <= 0) state.shift(item, home, 0);
  }
}
