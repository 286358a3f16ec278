import type { Context, Neighbourhood } from "../search/context";
import { shiftDelta } from "../state/shift-delta";
import { drawItem } from "./draw-item";

/** One shift in so many takes an item back to its initial bin: a move the less. */
const HOME_EVERY = 16;

/** One item to another bin, or to another mode on its own. */
export class Shift implements Neighbourhood {
  readonly name = "shift";

  constructor(private readonly context: Context) {}

  attempt(bound: number): boolean {
    const { problem, state, random } = this.context;
    const item = drawItem(this.context);
    if (item < 0) return false;
    const home = problem.initial[item];
    const goesHome = home >= 0 && random.below(HOME_EVERY) === 0;
    const bin = goesHome ? home : this.context.candidates.draw(item, random);
    const mode = goesHome ? problem.initialMode[item] : this.context.randomMode(item);
    if (bin === state.binOf[item] && mode === state.modeOf[item]) return false;
    if (!(shiftDelta(state, item, bin, mode, bound) <= bound)) return false;
    state.shift(item, bin, mode);
    return true;
  }
}
