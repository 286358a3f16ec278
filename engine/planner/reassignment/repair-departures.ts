import type { State } from "./state/state";

/** Beyond so many sets of a size, the sets tried are those of the items that relieve the most. */
const MOST_SETS = 20_000;

/** Which items should leave a bin so that it keeps its capacity and holds nothing that isn't allowed there. */
export interface Departures {
  readonly items: readonly number[];
  /** Fewer can't do: a lower bound on the moves of this bin's items. */
  readonly least: number;
}

/**
 * The fewest items that must leave a bin; among sets of that size, one whose items are easiest to house elsewhere: the least
 * demand, each resource as a share of `scarcity`. Items that have to leave anyway count first.
 */
export function departuresOf(state: State, bin: number, scarcity: Float64Array): Departures {
  const { problem, room, itemsOn, modeOf } = state;
  const { resources, modes, demand, transient } = problem;
  const forced = itemsOn[bin].filter((item) => !state.isAllowed(item, bin)).sort((a, b) => a - b);
  const frees = (item: number, r: number): number =>
    transient[r] === 1 ? 0 : demand[(item * modes + modeOf[item]) * resources + r];
  const missing = Float64Array.from({ length: resources }, (_, r) => {
    const freed = forced.reduce((sum, item) => sum + frees(item, r), 0);
    return Math.max(0, -room[bin * resources + r] - freed);
  });
  const short = Array.from(missing.keys()).filter((r) => missing[r] > 0);
  if (short.length === 0) return { items: forced, least: forced.length };

  const barred = new Set(forced);
  const others = itemsOn[bin].filter((item) => !barred.has(item)).sort((a, b) => a - b);
  const size = (item: number): number => {
    let sum = 0;
    for (let r = 0; r < resources; r++) sum += demand[(item * modes + modeOf[item]) * resources + r] / scarcity[r];
    return sum;
  };
  const relief = (item: number): number => short.reduce((sum, r) => sum + Math.min(1, frees(item, r) / missing[r]), 0);
  const useful = others.filter((item) => relief(item) > 0).sort((a, b) => relief(b) - relief(a) || a - b);
  // No set of k items frees more of a resource than the k largest do.
  const bound = Math.max(
    ...short.map((r) =>
      countLargest(
        useful.map((item) => frees(item, r)),
        missing[r],
      ),
    ),
  );
  const wanted = short.map((r) => missing[r]);
  let least = bound;
  for (let k = bound; k <= useful.length; k++) {
    const tried = within(useful, k);
    const found = cheapestSet(tried, k, (item) => short.map((r) => frees(item, r)), wanted, size);
    if (found) return { items: [...forced, ...found], least: forced.length + least };
    if (tried.length === useful.length && least === k) least = k + 1;
  }
  // Even with all of them gone it stays over: what departed items keep there of transient resources.
  return { items: [...forced, ...useful], least: forced.length + useful.length };
}

function countLargest(amounts: readonly number[], missing: number): number {
  const sorted = [...amounts].sort((a, b) => b - a);
  let [sum, n] = [0, 0];
  while (n < sorted.length && sum < missing) sum += sorted[n++];
  return n;
}

/** As many of the first items as make no more than MOST_SETS sets of k. */
function within(items: readonly number[], k: number): readonly number[] {
  let n = k;
  let sets = 1;
  while (n < items.length && sets * ((n + 1) / (n + 1 - k)) <= MOST_SETS) {
    n++;
    sets *= n / (n - k);
  }
  return items.slice(0, n);
}

/** The set of k items with the least size that frees what is missing; null if none does. */
function cheapestSet(
  items: readonly number[],
  k: number,
  freesOf: (item: number) => number[],
  missing: readonly number[],
  sizeOf: (item: number) => number,
): number[] | null {
  const frees = items.map(freesOf);
  const sizes = items.map(sizeOf);
  let best: number[] | null = null;
  let least = Infinity;
  const chosen: number[] = [];
  const extend = (from: number, left: readonly number[], size: number): void => {
    if (size >= least) return;
    if (left.every((amount) => amount <= 0)) {
      best = chosen.map((i) => items[i]);
      least = size;
      return;
    }
    if (chosen.length === k) return;
    for (let i = from; i <= items.length - 1; i++) {
      chosen.push(i);
      extend(
        i + 1,
        left.map((amount, r) => amount - frees[i][r]),
        size + sizes[i],
      );
      chosen.pop();
    }
  };
  extend(0, missing, 0);
  return best;
}
