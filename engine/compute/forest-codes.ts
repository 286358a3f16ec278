import type { FlatForest } from "./device";

/** Of a leaf: no value's code is above it. */
export const NEVER = 0xffff;

/** A forest whose comparisons are of small integers: a value's code is the number of its column's thresholds below it. */
export interface ForestCodes {
  /** By column, ascending. */
  readonly thresholds: readonly Float64Array[];
  /** By node: a row with a larger code goes right; {@link NEVER} in a leaf. */
  readonly code: Uint16Array;
}

const known = new WeakMap<FlatForest, ForestCodes>();

/** Worked out once for a forest, which must have passed checkForestEvaluation. */
export function forestCodes(forest: FlatForest): ForestCodes {
  let codes = known.get(forest);
  if (!codes) known.set(forest, (codes = workOut(forest)));
  return codes;
}

function workOut({ columns, column, threshold }: FlatForest): ForestCodes {
  const found = Array.from({ length: columns }, () => new Set<number>());
  for (let node = 0; node < column.length; node++) if (column[node] >= 0) found[column[node]].add(threshold[node]);
  const thresholds = found.map((set) => Float64Array.from(set).sort());
  const code = new Uint16Array(column.length).fill(NEVER);
  for (let node = 0; node < column.length; node++)
    if (column[node] >= 0) code[node] = codeOf(thresholds[column[node]], threshold[node]);
  return { thresholds, code };
}

/** How many of the ascending thresholds lie below the value, which isn't NaN. */
export function codeOf(thresholds: Float64Array, value: number): number {
  let low = 0;
  let high = thresholds.length;
  const bounded = value > Number.MAX_VALUE ? Number.MAX_VALUE : value;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (thresholds[middle] < bounded) low = middle + 1;
    else high = middle;
  }
  return low;
}
