import type { Choice } from "./host-choices";
import type { Prices } from "./prices";
import { States } from "./states";

export interface Combination {
  /** [slot] index of its choice. */
  readonly chosen: readonly number[];
  readonly gain: number;
  readonly moves: number;
}

export interface CombineOptions {
  /** [type] what the slots' choices must amount to. */
  readonly target: Int16Array;
  readonly limit: number;
  /** What is looked for: at least this gain, or as much as now in fewer moves than now. */
  readonly aim: number;
  readonly incumbent: { readonly gain: number; readonly moves: number };
  readonly prices: Prices;
  /** States kept from one slot to the next; without a cut the answer is the best there is. */
  readonly width: number;
  readonly stop: () => boolean;
}

/**
 * One choice for each slot, so that together they amount to `target` within `limit` moves and gain most: dynamic
 * programming over the slots, by balance and moves, with the prices' bound to cut what can't beat the incumbent.
 * Choices are sorted by loss. Null where nothing better was found.
 */
export function combine(slots: readonly (readonly Choice[])[], options: CombineOptions): Combination | null {
  const { target, limit, aim, incumbent, prices, width, stop } = options;
  const types = target.length;
  const reach = reachOf(slots, types);
  // The reduced gain of doing nothing is 0, so its loss is what the slot's best choice is worth.
  let worth = 0;
  for (const choices of slots) worth += choices.find(isIdle)!.loss;
  for (let t = 0; t < types; t++) worth -= prices.types[t] * target[t];
  const gaining = prices.move * limit - aim;
  const saving = prices.move * (incumbent.moves - 1) - incumbent.gain;
  const slack = worth + Math.max(gaining, saving) + 1e-6;
  if (slack < 0) return null;

  // The balance and, last, the moves that there should be after a slot: as far on the way as the slot is.
  const end = [...target, limit];
  const courseAt = (slot: number) => Float64Array.from(end, (value) => (value * (slot + 1)) / slots.length);
  const stages = [States.start(types)];
  for (let slot = 0; slot < slots.length; slot++) {
    if (stop()) return null;
    const next = expand(stages[slot], slots[slot], { target, limit, slack, width, reach, slot });
    if (next.count === 0) return null;
    stages.push(next.narrowed(width, courseAt(slot)));
  }
  const last = stages[slots.length];
  let best: number | null = null;
  let { gain, moves } = incumbent;
  for (let state = 0; state < last.count; state++) {
    if (!last.isAt(state, target)) continue;
    if (last.gains[state] < gain || (last.gains[state] === gain && last.moves[state] >= moves)) continue;
    [best, gain, moves] = [state, last.gains[state], last.moves[state]];
  }
  if (best === null) return null;
  const chosen = new Array<number>(slots.length);
  for (let slot = slots.length, state = best; slot > 0; slot--) {
    chosen[slot - 1] = stages[slot].choices[state];
    state = stages[slot].parents[state];
  }
  return { chosen, gain, moves };
}

export const isIdle = ({ net, moves }: Choice): boolean => net.length === 0 && moves === 0;

interface Reach {
  /** [slot][type] the least and the most that the slots from there on can amount to. */
  readonly low: Int32Array;
  readonly high: Int32Array;
}

function reachOf(slots: readonly (readonly Choice[])[], types: number): Reach {
  const low = new Int32Array((slots.length + 1) * types);
  const high = new Int32Array((slots.length + 1) * types);
  for (let slot = slots.length - 1; slot >= 0; slot--) {
    for (const { net } of slots[slot]) {
      for (const [type, amount] of net) {
        low[slot * types + type] = Math.min(low[slot * types + type], amount);
        high[slot * types + type] = Math.max(high[slot * types + type], amount);
      }
    }
    for (let t = 0; t < types; t++) {
      low[slot * types + t] += low[(slot + 1) * types + t];
      high[slot * types + t] += high[(slot + 1) * types + t];
    }
  }
  return { low, high };
}

interface Frame {
  readonly target: Int16Array;
  readonly limit: number;
  readonly slack: number;
  readonly width: number;
  readonly reach: Reach;
  readonly slot: number;
}

function expand(from: States, choices: readonly Choice[], { target, limit, slack, width, reach, slot }: Frame): States {
  const types = target.length;
  const next = new States(types, Math.min(from.count * choices.length, Math.max(4096, 16 * width)));
  const balance = new Int16Array(types);
  const base = (slot + 1) * types;
  for (let state = 0; state < from.count; state++) {
    const loss = from.losses[state];
    const moved = from.moves[state];
    for (let c = 0; c < choices.length; c++) {
      const choice = choices[c];
      if (loss + choice.loss > slack) break;
      if (moved + choice.moves > limit) continue;
      for (let t = 0; t < types; t++) balance[t] = from.balances[state * types + t];
      for (const [t, n] of choice.net) balance[t] += n;
      let possible = true;
      for (let t = 0; t < types && possible; t++) {
        const missing = target[t] - balance[t];
        possible = missing >= reach.low[base + t] && missing <= reach.high[base + t];
      }
      if (!possible) continue;
      next.add(balance, moved + choice.moves, from.gains[state] + choice.gain, loss + choice.loss, state, c);
    }
  }
  return next;
}
