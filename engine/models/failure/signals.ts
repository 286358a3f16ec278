import type { MetricId } from "../../telemetry/schema";
import { type HourlyHistory, rowOf } from "../history";
import type { NewestSamples } from "../newest";
import { median, scaledMad } from "../statistics";

/** Hours that tell how a host is now, and how far back they may lie. */
const RECENT_SAMPLES = 6;
const RECENT_HOURS = 12;
/** What of the newest minutes tells it sooner, and how many five-minute samples that takes at least. */
export const SIGNAL_MINUTES = 120;
const MIN_NEWEST = 6;
/** A decline takes a day or two: what is older is the host's normal. */
const DECLINE_HOURS = 48;
const MIN_BASELINE_SAMPLES = 24;
const MIN_PEERS = 3;
/** On the log scale: spreads below this are no measure of anything (about 15 %). */
const MIN_LOG_SIGMA = 0.15;
/** A host that used less before it went down had been emptied first. */
const EVACUATED_CPU_PERCENT = 3;
/** A restart within one slot shows as two falls of the hourly mean. */
const SAME_RESTART_HOURS = 3;

/** How far a metric stands above the host's own normal and above what its peers did at the same time. */
export interface Deviation {
  readonly recent: number;
  readonly usual: number;
  /** Robust z, the smaller of own and peers': a storm that hits all hosts alike is nobody's fault. */
  readonly z: number;
}

/**
 * Per host; null where the history doesn't tell. On a log scale with `floor` added, since latencies and error counts
 * are skewed and often 0.
 */
export function deviations(
  history: HourlyHistory,
  metric: MetricId,
  floor: number,
  newest: NewestSamples["hosts"] | null = null,
): (Deviation | null)[] {
  const measured = history.entities.map((id, host) =>
    measure(rowOf(history, metric, host), floor, newest?.get(metric)?.get(id) ?? []),
  );
  const rises = measured.map((item) => (item ? item.rise : Number.NaN));
  return measured.map((item, host) => {
    if (!item) return null;
    const peers = rises.filter((rise, other) => other !== host && !Number.isNaN(rise));
    const common = median(peers);
    const spread = Math.max(MIN_LOG_SIGMA, scaledMad(peers, common));
    const own = item.rise / item.sigma;
    const z = peers.length >= MIN_PEERS ? Math.min(own, (item.rise - common) / spread) : own;
    return { recent: item.recent, usual: item.usual, z };
  });
}

function measure(row: Float64Array, floor: number, newest: readonly number[]) {
  const recentHours = row.subarray(Math.max(0, row.length - RECENT_HOURS)).filter((value) => !Number.isNaN(value));
  const older = row.subarray(0, Math.max(0, row.length - DECLINE_HOURS));
  const logs = older.filter((value) => !Number.isNaN(value)).map((value) => Math.log(value + floor));
  if (recentHours.length === 0 || logs.length < MIN_BASELINE_SAMPLES) return null;
  const recent = newest.length >= MIN_NEWEST ? midmean(newest) : median(recentHours.subarray(-RECENT_SAMPLES));
  const center = median(logs);
  const sigma = Math.max(MIN_LOG_SIGMA, scaledMad(logs, center));
  return { recent, usual: Math.exp(center) - floor, rise: Math.log(recent + floor) - center, sigma };
}

/** Mean of the middle half: of small counts it tells more than their median, and one sample moves it no more. */
function midmean(values: readonly number[]): number {
  const middle = [...values]
    .sort((a, b) => a - b)
    .slice(Math.floor(values.length / 4), Math.ceil((values.length * 3) / 4));
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** Hours before the end of the history at which the host came up again without having been emptied, oldest first. */
export function unplannedRestarts(uptime: Float64Array, cpuPercent: Float64Array): number[] {
  const ages: number[] = [];
  let previous = -1;
  let lastFall = -Infinity;
  for (let hour = 0; hour < uptime.length; hour++) {
    if (Number.isNaN(uptime[hour])) continue;
    if (previous >= 0 && uptime[hour] < uptime[previous]) {
      const first = hour - lastFall > SAME_RESTART_HOURS;
      lastFall = hour;
      if (first && !wasEvacuated(cpuPercent, previous)) ages.push(uptime.length - hour);
    }
    previous = hour;
  }
  return ages;
}

/** By the hour before the last one that was seen: the last may be half up, half down. Unknown use counts as in use. */
function wasEvacuated(cpuPercent: Float64Array, lastSeen: number): boolean {
  return cpuPercent[Math.max(0, lastSeen - 1)] < EVACUATED_CPU_PERCENT;
}

/** Hours since the newest sample of any of the metrics; null if there is none. */
export function silentHours(history: HourlyHistory, metrics: readonly MetricId[]): (number | null)[] {
  return history.entities.map((_, host) => {
    const newest = Math.max(
      ...metrics.map((metric) => rowOf(history, metric, host).findLastIndex((value) => !Number.isNaN(value))),
    );
    return newest < 0 ? null : history.hours - 1 - newest;
  });
}
