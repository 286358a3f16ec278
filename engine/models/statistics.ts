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
