import type { Context, Neighbourhood } from "../search/context";
import { enterTwice, leaveTwice } from "../state/load-delta";
import { shiftDelta, shiftDeltaWith } from "../state/shift-delta";
import { drawItem } from "./draw-item";

/** One shift in so many takes an item back to its initial bin: a move the less. */
const HOME_EVERY = 16;

/** Bins tried for one item. */
const BINS = 16;

/** One item to another bin, or to another mode on its own. */
export class Shift implements Neighbourhood {
  readonly name = "shift";

  constructor(private readonly context: Context) {}

  attempt(): boolean {
    const { problem, state, random } = this.context;
    const item = drawItem(this.context);
    if (item < 0) return false;
    const home = problem.initial[item];
    const goesHome = home >= 0 && random.below(HOME_EVERY) === 0;
    if (state.plain && !goesHome && state.binOf[item] >= 0) return this.attemptSome(item);
    const bound = this.context.drawBound();
    const bin = goesHome ? home : this.context.candidates.draw(item, random);
    const mode = goesHome ? problem.initialMode[item] : this.context.randomMode(item);
    if (bin === state.binOf[item] && mode === state.modeOf[item]) return false;
    if (!(shiftDelta(state, item, bin, mode, bound) <= bound)) return false;
    state.shift(item, bin, mode);
    return true;
  }

  /** The item to one of some bins; what it costs where it is, is reckoned once. */
  private attemptSome(item: number): boolean {
    const { state, random, candidates } = this.context;
    const from = state.binOf[item];
    const mode = state.modeOf[item];
    const { mostRefund } = state.moves;
    const leave = leaveTwice(state, from, item);
    for (let k = 0; k < BINS; k++) {
      const bin = candidates.draw(item, random);
      if (bin === from) continue;
      const loads = (leave + enterTwice(state, bin, item)) / 2;
      const bound = this.context.drawBound();
      if (loads > bound + mostRefund && !state.rules.soft) continue;
      if (!(shiftDeltaWith(state, item, bin, mode, bound, loads) <= bound)) continue;
      state.shift(item, bin, mode);
      return true;
    }
    return false;
  }
}
