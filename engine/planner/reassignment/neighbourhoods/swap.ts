import type { Context, Neighbourhood } from "../search/context";
import { swap, swapDelta } from "../state/swap-delta";
import { drawItem } from "./draw-item";

/** Of 16 swaps of an item that has left its initial bin, so many are with one that stands there: it returns. */
const RETURNS = 3;

/** Two items on different bins change places. */
export class Swap implements Neighbourhood {
  readonly name = "swap";

  constructor(private readonly context: Context) {}

  attempt(bound: number): boolean {
    const { state } = this.context;
    const one = drawItem(this.context);
    if (one < 0) return false;
    const other = this.partner(one);
    if (other < 0) return false;
    const a = state.binOf[one];
    const b = state.binOf[other];
    if (a === b || a < 0 || b < 0) return false;
    const modeOfOne = this.context.randomMode(one);
    const modeOfOther = this.context.randomMode(other);
    if (!(swapDelta(state, one, modeOfOne, other, modeOfOther, bound) <= bound)) return false;
    swap(state, one, modeOfOne, other, modeOfOther);
    return true;
  }

  /** An item to change places with, on a bin that could hold `one`; -1: none where it was looked for. */
  private partner(one: number): number {
    const { problem, state, random, candidates, ranking } = this.context;
    const home = problem.initial[one];
    if (home >= 0 && home !== state.binOf[one] && random.below(16) < RETURNS) return this.drawOn(home);
    if (!candidates.isListed(one)) return ranking.draw(random);
    const other = this.drawOn(candidates.draw(one, random));
    return other >= 0 && ranking.isActive(other) ? other : -1;
  }

  private drawOn(bin: number): number {
    const items = this.context.state.itemsOn[bin];
    return items.length === 0 ? -1 : items[this.context.random.below(items.length)];
  }
}
