// Loops in place of copyWithin: windows are short, and a call costs more than moving a few numbers.

/** Adds a value to the `count` ascending ones from `at` on. */
export function insertSorted(sorted: Float64Array, at: number, count: number, value: number): void {
  let i = at + count;
  for (; i > at && sorted[i - 1] > value; i--) sorted[i] = sorted[i - 1];
  sorted[i] = value;
}

/** Puts `value` in the place of `gone`, which is one of the `count` ascending ones from `at` on. */
export function replaceSorted(sorted: Float64Array, at: number, count: number, gone: number, value: number): void {
  let i = lowerBound(sorted, at, count, gone);
  if (value > gone) {
    const last = at + count - 1;
    for (; i < last && sorted[i + 1] < value; i++) sorted[i] = sorted[i + 1];
  } else {
    for (; i > at && sorted[i - 1] > value; i--) sorted[i] = sorted[i - 1];
  }
  sorted[i] = value;
}

function lowerBound(sorted: Float64Array, at: number, count: number, value: number): number {
  let low = at;
  let high = at + count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
