import { createRandom } from "../../../random";
import type { FeatureMatrix } from "./matrix";

/** Rows that the quantiles are taken from. */
const SAMPLE_ROWS = 200_000;

/** Per column the ascending upper bounds of its bins but the last, which has none; NaN has a bin of its own behind it. */
export type BinBounds = readonly Float64Array[];

/** Rows of bin numbers: row-major, one byte each. */
export interface BinnedMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly bounds: BinBounds;
  readonly codes: Uint8Array;
  /** First bin of each column in an array of all columns' bins; one longer than there are columns. */
  readonly offsets: Int32Array;
}

/** Bins of one column, that of NaN included. */
export const binsOf = (bounds: Float64Array): number => bounds.length + 2;

/**
 * Bounds of at most `maxBins` bins of about equal counts per column; a value that fills a bin alone has one to itself.
 * A bound lies half way between neighbouring values, so that a threshold learned here splits unseen values fairly.
 * @param maxBins 2 to 255
 */
export function fitBins(matrix: FeatureMatrix, maxBins: number, seed: number): BinBounds {
  const { rows, columns, values } = matrix;
  const random = createRandom(seed, "bins");
  const sample = Math.min(rows, SAMPLE_ROWS);
  const chosen = new Int32Array(sample);
  // Selection sampling (Knuth's algorithm S): without replacement, in order.
  for (let row = 0, n = 0; n < sample; row++) {
    if (sample === rows || random.uniform() * (rows - row) < sample - n) chosen[n++] = row;
  }
  const buffer = new Float64Array(sample);
  return Array.from({ length: columns }, (_, column) => {
    let known = 0;
    for (let i = 0; i < sample; i++) {
      const value = values[chosen[i] * columns + column];
      if (!Number.isNaN(value)) buffer[known++] = value;
    }
    return boundsOf(buffer.subarray(0, known).sort(), maxBins);
  });
}

function boundsOf(sorted: Float64Array, maxBins: number): Float64Array {
  const distinct: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) {
      distinct.push(sorted[i]);
      counts.push(0);
    }
    counts[counts.length - 1]++;
  }
  const bounds: number[] = [];
  const fair = sorted.length / maxBins;
  let left = sorted.length;
  let inBin = 0;
  for (let i = 0; i + 1 < distinct.length; i++) {
    inBin += counts[i];
    left -= counts[i];
    const spare = maxBins - bounds.length;
    if (spare <= 1) break;
    const full = distinct.length <= maxBins || inBin >= Math.min(fair, (left + inBin) / spare) || counts[i + 1] >= fair;
    if (!full) continue;
    bounds.push(between(distinct[i], distinct[i + 1]));
    inBin = 0;
  }
  return Float64Array.from(bounds);
}

/** A number at least `low` and below `high`, finite even where one of them isn't. */
function between(low: number, high: number): number {
  const a = Math.max(low, -Number.MAX_VALUE);
  const b = Math.min(high, Number.MAX_VALUE);
  const middle = a / 2 + b / 2;
  return middle >= a && middle < b ? middle : a;
}

/** The bin of a value: the first whose bound isn't below it. */
export function binOf(bounds: Float64Array, value: number): number {
  if (Number.isNaN(value)) return bounds.length + 1;
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bounds[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function applyBins(matrix: FeatureMatrix, bounds: BinBounds): BinnedMatrix {
  const { rows, columns, values } = matrix;
  const codes = new Uint8Array(rows * columns);
  const offsets = new Int32Array(columns + 1);
  for (let column = 0; column < columns; column++) {
    const own = bounds[column];
    offsets[column + 1] = offsets[column] + binsOf(own);
    for (let i = column; i < codes.length; i += columns) codes[i] = binOf(own, values[i]);
  }
  return { rows, columns, bounds, codes, offsets };
}
