import type { MetricId } from "../../telemetry/schema";
import { type HourlyHistory, rowOf } from "../history";
import type { NewestSamples } from "../newest";
import { median, medianOfFirst, scaledMad, scratch } from "../statistics";

/** A cluster of fewer hosts doesn't tell what is common to them. */
const MIN_HOSTS = 4;
const MIN_SAMPLES = 24;
/** Newest five-minute samples without which the last full hours have to do. */
const MIN_NEWEST = 6;
/** On the log scale: spreads below this are no measure of anything (about 15 %). */
const MIN_LOG_SIGMA = 0.15;

/**
 * A host's level of a metric: how far its logarithm stands above the host's normal, less what the cluster's hosts did at the
 * same time (a storm that hits all alike is nobody's fault), in deviations of the host's own.
 */
export interface HostLevels {
  /** [hour] NaN where nothing was measured. */
  readonly hourly: Float64Array;
  /** Of the newest minutes; NaN where there are none. */
  readonly newest: number;
  /** The metric's usual value, and its last. */
  readonly usual: number;
  readonly recent: number;
}

/**
 * Levels of all hosts; null for one whose history doesn't tell what is normal.
 * @param floor added before the logarithm, for values are skewed and often 0
 * @param normal hours of the history, from its first, that tell what is normal
 */
export function levelsOf(
  history: HourlyHistory,
  metric: MetricId,
  floor: number,
  normal: number,
  newest: NewestSamples["hosts"] | null,
): (HostLevels | null)[] {
  const logs = history.entities.map((_, host) => rowOf(history, metric, host).map((value) => Math.log(value + floor)));
  const last = history.entities.map((id) => {
    const samples = newest?.get(metric)?.get(id) ?? [];
    return samples.length >= MIN_NEWEST ? Math.log(midmean(samples) + floor) : Number.NaN;
  });
  const known = logs.map((row) =>
    row.subarray(0, normal).reduce((sum, value) => sum + Number(!Number.isNaN(value)), 0),
  );
  const centers = logs.map((row, host) => (known[host] < MIN_SAMPLES ? Number.NaN : median(row.subarray(0, normal))));
  const rises = logs.map((row, host) => row.map((value) => value - centers[host]));
  for (let hour = 0; hour < history.hours; hour++) takeCommon(rises, hour);
  const now = last.map((value, host) => Float64Array.of(value - centers[host]));
  takeCommon(now, 0);
  return rises.map((row, host) => {
    if (known[host] < MIN_SAMPLES) return null;
    const usual = row.subarray(0, normal);
    const sigma = Math.max(MIN_LOG_SIGMA, scaledMad(usual, median(usual)));
    const latest = Number.isNaN(last[host]) ? logs[host].findLast((value) => !Number.isNaN(value))! : last[host];
    return {
      hourly: row.map((value) => value / sigma),
      newest: now[host][0] / sigma,
      usual: Math.exp(centers[host]) - floor,
      recent: Math.exp(latest) - floor,
    };
  });
}

function takeCommon(rows: readonly Float64Array[], at: number): void {
  const buffer = scratch(rows.length);
  let known = 0;
  for (const row of rows) if (!Number.isNaN(row[at])) buffer[known++] = row[at];
  if (known < MIN_HOSTS) return;
  const common = medianOfFirst(buffer, known);
  for (const row of rows) row[at] -= common;
}

/** Mean of the middle half: of small counts it tells more than their median, and one sample moves it no more. */
function midmean(values: readonly number[]): number {
  const middle = [...values]
    .sort((a, b) => a - b)
    .slice(Math.floor(values.length / 4), Math.ceil((values.length * 3) / 4));
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}
