/** Fewer pairs of hours say nothing of a correlation. */
const MIN_HOURS = 48;
/** What is assumed where nothing can be estimated: a little, for VMs of one house follow one day. */
export const ASSUMED_COMMON_FACTOR = 0.1;

/**
 * Mean correlation of the VMs' day-to-day changes, from hourly averages: what is left in common once the daily cycle,
 * which forecasts know, is taken out. For n standardised series Var(sum) = n + n (n - 1) rho.
 * @param series one per VM, of equal length; NaN where no sample was collected
 * @returns 0 to 0.95; `ASSUMED_COMMON_FACTOR` where there are fewer than two VMs or three days
 */
export function estimateCommonFactor(series: readonly Float64Array[]): number {
  const changes = series.map(standardisedChanges).filter((change) => change !== null);
  if (changes.length < 2) return ASSUMED_COMMON_FACTOR;
  let excess = 0;
  let pairs = 0;
  for (let hour = 0; hour < changes[0].length; hour++) {
    let sum = 0;
    let squares = 0;
    let n = 0;
    for (const change of changes) {
      if (Number.isNaN(change[hour])) continue;
      sum += change[hour];
      squares += change[hour] ** 2;
      n++;
    }
    excess += sum * sum - squares;
    pairs += n * (n - 1);
  }
  return pairs === 0 ? ASSUMED_COMMON_FACTOR : Math.max(0, Math.min(0.95, excess / pairs));
}

function standardisedChanges(values: Float64Array): Float64Array | null {
  const changes = values.map((value, i) => (i < 24 ? Number.NaN : value - values[i - 24]));
  let sum = 0;
  let squares = 0;
  let n = 0;
  for (const change of changes) {
    if (Number.isNaN(change)) continue;
    sum += change;
    squares += change * change;
    n++;
  }
  const variance = squares / n - (sum / n) ** 2;
  if (n < MIN_HOURS || !(variance > 0)) return null;
  return changes.map((change) => (change - sum / n) / Math.sqrt(variance));
}
