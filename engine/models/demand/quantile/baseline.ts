import { seasonalBaseline } from "../seasonal";
import { QUANTILE_LEVELS } from "./levels";
import type { Rhythm } from "./rhythm";

const HOUR = 3600;
/** Standard normal quantiles of QUANTILE_LEVELS. */
export const NORMAL_QUANTILES: readonly number[] = [
  -1.2815515655, -0.8416212336, -0.5244005127, -0.2533471031, 0, 0.2533471031, 0.5244005127, 0.8416212336, 1.2815515655,
];

/**
 * What the seasonal baseline says of the slots after `origin`, as quantiles of a normal distribution: [slot][level].
 * It works on hourly averages, so finer slots of an hour share its forecast. Null where the history is too short.
 */
export function baselineQuantiles(
  values: Float64Array,
  start: number,
  origin: number,
  rhythm: Rhythm,
): Float64Array | null {
  const { stepSeconds, horizon } = rhythm;
  const firstHour = Math.floor(start / HOUR);
  const hourOf = (slot: number) => Math.floor((start + slot * stepSeconds) / HOUR) - firstHour;
  const hours = hourOf(origin - 1) + 1;
  const sums = new Float64Array(hours);
  const counts = new Float64Array(hours);
  for (let slot = 0; slot < origin; slot++) {
    sums[hourOf(slot)] += values[slot];
    counts[hourOf(slot)]++;
  }
  const fit = seasonalBaseline.fit({ values: sums.map((sum, hour) => sum / counts[hour]), firstHour });
  if (!fit) return null;
  const from = hourOf(origin);
  const length = hourOf(origin + horizon - 1) - from + 1;
  const mean = new Float64Array(length);
  const variance = new Float64Array(length);
  seasonalBaseline.predict(fit, firstHour + from, length, mean, variance, 0);
  const levels = QUANTILE_LEVELS.length;
  return Float64Array.from({ length: horizon * levels }, (_, i) => {
    const hour = hourOf(origin + Math.floor(i / levels)) - from;
    return Math.max(0, mean[hour] + NORMAL_QUANTILES[i % levels] * Math.sqrt(variance[hour]));
  });
}
