import type { Context, Neighbourhood } from "../search/context";
import { exchangeDelta } from "../state/load-delta";
import { swap, swapDelta, swapDeltaWith } from "../state/swap-delta";
import { drawItem } from "./draw-item";

/** Of 16 swaps of an item that has left its initial bin, so many are with one that stands there: it returns. */
const RETURNS = 3;

/** Items of one bin that are tried as partners of one item. */
const PARTNERS = 16;

/** Two items on different bins change places. */
export class Swap implements Neighbourhood {
  readonly name = "swap";

  constructor(private readonly context: Context) {}

  attempt(): boolean {
    const { state } = this.context;
    const one = drawItem(this.context);
    if (one < 0 || state.binOf[one] < 0) return false;
    const other = this.partner(one);
    if (other < 0) return false;
    const a = state.binOf[one];
    const b = state.binOf[other];
    if (a === b || b < 0) return false;
    if (state.plain) return this.attemptSome(one, other);
    const bound = this.context.drawBound();
    const modeOfOne = this.context.randomMode(one);
    const modeOfOther = this.context.randomMode(other);
    if (!(swapDelta(state, one, modeOfOne, other, modeOfOther, bound) <= bound)) return false;
    swap(state, one, modeOfOne, other, modeOfOther);
    return true;
  }

  /** `one` with one of some items on the bin of `first`, that one before the others. */
  private attemptSome(one: number, first: number): boolean {
    const { state, ranking } = this.context;
    const a = state.binOf[one];
    const b = state.binOf[first];
    const items = state.itemsOn[b];
    const refund = 2 * state.moves.mostRefund;
    let at = items.length > PARTNERS ? state.placeOf[first] : 0;
    for (let k = Math.min(PARTNERS, items.length); k > 0; k--) {
      const other = items[at];
      at = at + 1 === items.length ? 0 : at + 1;
      if (!ranking.isActive(other)) continue;
      const loads = exchangeDelta(state, a, one, b, other);
      const bound = this.context.drawBound();
      if (loads > bound + refund && !state.rules.soft) continue;
      if (!(swapDeltaWith(state, one, 0, other, 0, bound, loads) <= bound)) continue;
      swap(state, one, 0, other, 0);
      return true;
    }
    return false;
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
