/** Scales the median absolute deviation to a normal distribution's standard deviation. */
export const MAD_TO_SIGMA = 1.4826;

/** Median of the finite values; NaN if there are none. */
export function median(values: ArrayLike<number>): number {
  const buffer = new Float64Array(values.length);
  let n = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) buffer[n++] = values[i];
  return medianOfFirst(buffer, n);
}

/** Median absolute deviation from `center`, scaled to a standard deviation; NaN without values. */
export function scaledMad(values: ArrayLike<number>, center: number): number {
  const deviations = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) deviations[i] = Math.abs(values[i] - center);
  return MAD_TO_SIGMA * median(deviations);
}

/** Median of the first `n` values, none of them NaN; reorders them. For hot loops: no allocation. */
export function medianOfFirst(buffer: Float64Array, n: number): number {
  if (n === 0) return Number.NaN;
  const middle = n >> 1;
  if (n <= 48) insertionSort(buffer, n);
  else select(buffer, n, middle);
  if (n % 2 === 1) return buffer[middle];
  let below = buffer[middle - 1];
  if (n > 48) for (let i = 0; i < middle; i++) if (buffer[i] > below) below = buffer[i];
  return (below + buffer[middle]) / 2;
}

/** A buffer of at least `n` numbers for hot loops: the same one each time, so it holds nothing across calls. */
export function scratch(n: number): Float64Array {
  if (shared.length < n) shared = new Float64Array(2 * n);
  return shared;
}

let shared = new Float64Array(0);

/** Sorts the first `n` values, ascending. */
export function sortFirst(buffer: Float64Array, n: number): void {
  if (n <= 48) insertionSort(buffer, n);
  else buffer.subarray(0, n).sort();
}

/** Median of the first `n` values, which are sorted. */
export function medianOfSorted(buffer: Float64Array, n: number): number {
  if (n === 0) return Number.NaN;
  const middle = n >> 1;
  return n % 2 === 1 ? buffer[middle] : (buffer[middle - 1] + buffer[middle]) / 2;
}

/** Median absolute deviation of the first `n` values, which are sorted, from `center`, their median; not scaled. */
export function spreadOfSorted(buffer: Float64Array, n: number, center: number): number {
  if (n === 0) return Number.NaN;
  // From the middle outwards deviations only grow: those up to the median of them are met in order.
  let above = n >> 1;
  let below = above - 1;
  let before = 0;
  let deviation = 0;
  for (let k = 0; k <= n >> 1; k++) {
    before = deviation;
    const down = below >= 0 ? Math.abs(buffer[below] - center) : Infinity;
    const up = above < n ? Math.abs(buffer[above] - center) : Infinity;
    deviation = Math.min(down, up);
    if (down <= up) below--;
    else above++;
  }
  return n % 2 === 1 ? deviation : (before + deviation) / 2;
}

/** Hoare's selection: afterwards buffer[k] is what sorting would put there, nothing before it is larger. */
function select(buffer: Float64Array, n: number, k: number): void {
  let low = 0;
  let high = n - 1;
  while (low < high) {
    const pivot = buffer[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (buffer[i] < pivot) i++;
      while (buffer[j] > pivot) j--;
      if (i > j) break;
      const value = buffer[i];
      buffer[i++] = buffer[j];
      buffer[j--] = value;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else return;
  }
}

function insertionSort(buffer: Float64Array, n: number): void {
  for (let i = 1; i < n; i++) {
    const value = buffer[i];
    let j = i - 1;
    for (; j >= 0 && buffer[j] > value; j--) buffer[j + 1] = buffer[j];
    buffer[j + 1] = value;
  }
}
