import type { Context } from "../search/context";

/** Bins looked at for one insertion; where more could hold the item, that many are drawn. */
const MOST_BINS = 128;
/** Part of the bins passed over at random, so that the same choice doesn't come again and again. */
const BLINK = 0.02;
/** Above any change of cost. */
const HARD = 1e15;

/** Cost of placing an item that has no bin on `bin`, rules aside; Infinity where it may not be or doesn't fit. */
export function placementCost(context: Context, item: number, bin: number, mode: number): number {
  const { problem, state } = context;
  if (!state.isAllowed(item, bin) || !state.fits(item, bin, mode)) return Infinity;
  const { moves } = state;
  const change = moves.hasMoved(item, bin, mode);
  if (change > 0 && moves.moved >= problem.maxMoves) return Infinity;
  const cost = state.costWith(item, bin, mode, 1) - state.binCost[bin] + moves.price(item, bin, mode);
  if (change === 0) return cost;
  return cost + problem.groupMoveWeight * moves.mostDelta(item, change);
}

/** Places an item that has no bin where it costs least, of the rules that it breaks first; false where it fits nowhere. */
export function insert(context: Context, item: number, except: number): boolean {
  const { problem, state, random } = context;
  const { candidates } = context;
  const count = candidates.count(item);
  const all = count <= MOST_BINS;
  const looks = all ? count : MOST_BINS;
  const home = problem.initial[item];
  let best = Infinity;
  let bestBin = -1;
  let bestMode = 0;
  for (let k = 0; k < looks; k++) {
    const bin = all ? candidates.at(item, k) : k === 0 && home >= 0 ? home : candidates.draw(item, random);
    if (bin === except) continue;
    if (random.open() < BLINK) continue;
    for (let mode = 0; mode < problem.modesOf[item]; mode++) {
      let cost = placementCost(context, item, bin, mode);
      if (cost >= best) continue;
      const broken = state.rules.delta(item, -1, bin);
      if (broken > 0) continue;
      cost += state.rules.softDelta + broken * HARD;
      if (cost >= best) continue;
      best = cost;
      bestBin = bin;
      bestMode = mode;
    }
  }
  if (bestBin < 0) return false;
  context.trail.shift(item, bestBin, bestMode);
  return true;
}
