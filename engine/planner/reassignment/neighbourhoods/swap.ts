import type { Context, Neighbourhood } from "../search/context";
import { swap, swapDelta } from "../state/swap-delta";
import { drawItem } from "./draw-item";

/** Two items on different bins change places. */
export class Swap implements Neighbourhood {
  readonly name = "swap";

  constructor(private readonly context: Context) {}

  attempt(bound: number): boolean {
    const { problem, state, random } = this.context;
    const one = drawItem(this.context);
    if (one < 0) return false;
    const other = random.below(problem.items);
    const a = state.binOf[one];
    const b = state.binOf[other];
    if (a === b || a < 0 || b < 0) return false;
    const modeOfOne = this.context.randomMode(one);
    const modeOfOther = this.context.randomMode(other);
    if (!(swapDelta(state, one, modeOfOne, other, modeOfOther, bound) <= bound)) return false;
    swap(state, one, modeOfOne, other, modeOfOther);
    return true;
  }
}
