/** The quantile levels that every demand forecast gives. */
export const QUANTILE_LEVELS: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/** Index of the median among them. */
export const MEDIAN_LEVEL = 4;

/** Values at the ascending levels `from`, read off at the levels `to` by straight lines; not beyond the outermost. */
export function interpolateLevels(from: readonly number[], values: ArrayLike<number>, to: readonly number[]): number[] {
  return to.map((level) => {
    let right = 0;
    while (right < from.length - 1 && from[right] < level) right++;
    const left = Math.max(0, right - 1);
    const width = from[right] - from[left];
    const share = width > 0 ? Math.max(0, Math.min(1, (level - from[left]) / width)) : 0;
    return values[left] + share * (values[right] - values[left]);
  });
}
