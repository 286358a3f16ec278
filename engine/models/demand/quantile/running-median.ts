import { insertSorted, replaceSorted } from "./sorted-window";

/**
 * Median of the `width` values before each position: element t is that of values[t - width .. t), NaN while there are
 * fewer, and before `from`. A sorted window that one value enters and one leaves at each step.
 */
export function runningMedian(values: Float64Array, width: number, from = 0): Float64Array {
  const medians = new Float64Array(values.length + 1).fill(Number.NaN);
  const first = Math.max(0, from - width);
  if (width === 1) {
    for (let t = first; t < values.length; t++) medians[t + 1] = values[t];
    return medians;
  }
  if (width === 3) {
    for (let t = first + 2; t < values.length; t++) medians[t + 1] = middleOf(values[t - 2], values[t - 1], values[t]);
    return medians;
  }
  const sorted = new Float64Array(width);
  const upper = width >> 1;
  const lower = (width - 1) >> 1;
  for (let t = first; t < values.length; t++) {
    const count = t - first;
    if (count >= width) replaceSorted(sorted, 0, width, values[t - width], values[t]);
    else insertSorted(sorted, 0, count, values[t]);
    if (count + 1 >= width) medians[t + 1] = (sorted[lower] + sorted[upper]) / 2;
  }
  return medians;
}

function middleOf(a: number, b: number, c: number): number {
  if (a > b) return b > c ? b : a > c ? c : a;
  return a > c ? a : b > c ? c : b;
}
