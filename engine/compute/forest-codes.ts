import type { FlatForest } from "./device";

/** Above all codes of thresholds, and of values but those that are missing. */
export const NEVER = 0xffff;

/** What a forest's thresholds are to those who compare: 64 bits are more than they need, and than devices have. */
export interface ForestCodes {
  /** By column, ascending. */
  readonly thresholds: readonly Float64Array[];
  /** By node, the number of its column's thresholds below its own: a row with a larger code goes right. */
  readonly code: Uint16Array;
  /**
   * By node, the largest normal 32-bit float (or 0) up to the threshold: the same ordinary numbers of 32 bits are above both.
   * Infinite where there is none.
   */
  readonly bareThreshold: Float32Array;
  /** By column: 1 where that is so of every threshold. */
  readonly fitsBare: Uint8Array;
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
  const code = new Uint16Array(column.length);
  const bareThreshold = new Float32Array(column.length);
  const fitsBare = new Uint8Array(columns).fill(1);
  for (let node = 0; node < column.length; node++) {
    if (column[node] < 0) continue;
    code[node] = codeOf(thresholds[column[node]], threshold[node]);
    bareThreshold[node] = normalUpTo(threshold[node]);
    if (!Number.isFinite(bareThreshold[node])) fitsBare[column[node]] = 0;
  }
  return { thresholds, code, bareThreshold, fitsBare };
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

const bits = new DataView(new ArrayBuffer(4));

/** The largest normal 32-bit float up to the value, or 0; infinite where there is none or it is the largest of all. */
function normalUpTo(value: number): number {
  if (Math.abs(value) < 2 ** -126) return value < 0 ? -(2 ** -126) : 0;
  const nearest = Math.fround(value);
  if (nearest <= value || !Number.isFinite(nearest)) return nearest;
  // The next one towards minus infinity: magnitudes are in the order of the bits.
  bits.setFloat32(0, nearest);
  bits.setInt32(0, bits.getInt32(0) + (nearest > 0 ? -1 : 1));
  return bits.getFloat32(0);
}
