/** A series whose gaps are filled, and what part of it was there. */
export interface FilledSeries {
  readonly values: Float64Array;
  /** Share of the values that were measured, 0 to 1. */
  readonly coverage: number;
}

/**
 * From the first measured value on, each gap carries the last value before it. Null where nothing was measured. The
 * share that was there goes with it, so that whoever forecasts can refuse a series that is mostly filled.
 */
export function fillGaps(values: ArrayLike<number>): FilledSeries | null {
  let first = 0;
  while (first < values.length && Number.isNaN(values[first])) first++;
  if (first === values.length) return null;
  const filled = new Float64Array(values.length - first);
  let measured = 0;
  let last = Number.NaN;
  for (let i = 0; i < filled.length; i++) {
    const value = values[first + i];
    if (!Number.isNaN(value)) {
      measured++;
      last = value;
    }
    filled[i] = last;
  }
  return { values: filled, coverage: measured / filled.length };
}
