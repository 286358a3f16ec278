import type { State } from "../state/state";

/** Of every hard thing how much is broken, in one number: 0 is feasible. An item without a place counts for more than the rest. */
export function violationOf(state: State): number {
  const excess = Math.max(0, state.moves.moved - state.problem.maxMoves);
  return state.misplaced * 1e12 + state.overload + (state.rules.hard + excess) * 1e6;
}

/** Items whose moving could mend something: misplaced, on an overloaded bin, or members of a group whose rule is broken. */
export function culprits(state: State): number[] {
  const { problem } = state;
  const { items, resources, modes, demand, transient, counters } = problem;
  const found = new Set<number>();
  for (let item = 0; item < items; item++) {
    const bin = state.binOf[item];
    if (bin < 0 || !state.isAllowed(item, bin)) {
      found.add(item);
      continue;
    }
    const mode = state.modeOf[item];
    const home = state.isHome(item, bin, mode);
    for (let r = 0; r < resources; r++) {
      // What an item keeps on its initial bin in flight is no relief.
      if (state.room[bin * resources + r] >= 0 || (home && transient[r])) continue;
      if (demand[(item * modes + mode) * resources + r] > 0) found.add(item);
    }
    if (state.rules.hard === 0) continue;
    for (let k = counters.ofItemStart[item]; k < counters.ofItemStart[item + 1]; k++) {
      if (state.rules.isBroken(counters.ofItem[k], bin)) found.add(item);
    }
  }
  return [...found];
}
