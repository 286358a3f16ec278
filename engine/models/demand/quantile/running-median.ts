/**
 * Median of the `width` values before each position: element t is that of values[t - width .. t), NaN while there are
 * fewer, and before `from`. A sorted window that one value enters and one leaves at each step.
 */
export function runningMedian(values: Float64Array, width: number, from = 0): Float64Array {
  const medians = new Float64Array(values.length + 1).fill(Number.NaN);
  const sorted = new Float64Array(width);
  const upper = width >> 1;
  const lower = (width - 1) >> 1;
  const first = Math.max(0, from - width);
  for (let t = first; t < values.length; t++) {
    const full = t - first >= width;
    let count = full ? width : t - first;
    if (full) {
      const gone = lowerBound(sorted, count, values[t - width]);
      sorted.copyWithin(gone, gone + 1, count);
      count--;
    }
    const at = lowerBound(sorted, count, values[t]);
    sorted.copyWithin(at + 1, at, count);
    sorted[at] = values[t];
    if (count + 1 === width) medians[t + 1] = (sorted[lower] + sorted[upper]) / 2;
  }
  return medians;
}

function lowerBound(sorted: Float64Array, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
