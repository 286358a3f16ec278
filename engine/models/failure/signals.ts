import type { MetricId } from "../../telemetry/schema";
import { type HourlyHistory, rowOf } from "../history";
import type { NewestSamples } from "../newest";
import { type HostLevels, levelsOf } from "./levels";
import { UpperTail } from "./rarity";

/** What of the newest minutes tells how a host is now. */
export const SIGNAL_MINUTES = 60;
const NEWEST_HOURS = 1;
/** Hours that are looked at together: a fast decline shows in the shortest, a slow one above the noise in the longest. */
const WINDOWS = [1, 3, 8] as const;
/** A decline takes a day or two: what is older is the host's normal. */
const DECLINE_HOURS = 48;
/** A host that used less before it went down had been emptied first. */
const EVACUATED_CPU_PERCENT = 3;
/** A restart within one slot shows as two falls of the hourly mean. */
const SAME_RESTART_HOURS = 3;

/** How a metric of a host is, and how likely that is of a healthy one. */
export interface Deviation {
  readonly recent: number;
  readonly usual: number;
  /** Probability of such a level, or a higher one, by what all hosts of the cluster have shown in normal times. */
  readonly p: number;
}

/**
 * Per host; null where the history doesn't tell. Each window's level now is held against the levels of all windows of that
 * length, of all hosts; the rarest counts, as one of several that were tried.
 * @param floor added before the logarithm: latencies and error counts are skewed and often 0
 */
export function deviations(
  history: HourlyHistory,
  metric: MetricId,
  floor: number,
  newest: NewestSamples["hosts"] | null = null,
): (Deviation | null)[] {
  const normal = Math.max(0, history.hours - DECLINE_HOURS);
  const healthy = history.entities.map((_, host) => beforeNoFailure(history, host, normal));
  const levels = levelsOf(history, metric, floor, normal, newest);
  const rarest = new Float64Array(levels.length).fill(1);
  for (const hours of WINDOWS) {
    const past = levels.flatMap((level, host) =>
      level ? [...trailingMeans(level.hourly.subarray(0, normal), healthy[host], hours)] : [],
    );
    if (past.length === 0) continue;
    const tail = new UpperTail(Float64Array.from(past), hours);
    levels.forEach((level, host) => {
      const now = level ? levelNow(level, hours) : Number.NaN;
      if (!Number.isNaN(now)) rarest[host] = Math.min(rarest[host], tail.probability(now));
    });
  }
  return levels.map(
    (level, host) =>
      level && { recent: level.recent, usual: level.usual, p: Math.min(1, WINDOWS.length * rarest[host]) },
  );
}

/** [hour] 1 where no failure of the host followed that it may have announced: what led to one is no healthy host's level. */
function beforeNoFailure(history: HourlyHistory, host: number, hours: number): Uint8Array {
  const healthy = new Uint8Array(hours).fill(1);
  for (const age of restartAges(history, host)) {
    const failed = history.hours - age;
    healthy.fill(0, Math.max(0, failed - DECLINE_HOURS), Math.max(0, failed));
  }
  return healthy;
}

/** Means of so many hours, where at least half of them were measured. */
function* trailingMeans(row: Float64Array, wanted: Uint8Array, hours: number): Generator<number> {
  let [sum, count] = [0, 0];
  for (let hour = 0; hour < row.length; hour++) {
    if (!Number.isNaN(row[hour])) [sum, count] = [sum + row[hour], count + 1];
    const gone = hour - hours;
    if (gone >= 0 && !Number.isNaN(row[gone])) [sum, count] = [sum - row[gone], count - 1];
    if (gone >= -1 && 2 * count >= hours && wanted[hour]) yield sum / count;
  }
}

/** The newest minutes stand for the hours that they cover. */
function levelNow({ hourly, newest }: HostLevels, hours: number): number {
  const fresh = !Number.isNaN(newest);
  const end = fresh ? hourly.length - 1 : hourly.length;
  const before = hourly.subarray(Math.max(0, end - (fresh ? hours - NEWEST_HOURS : hours)), end);
  let [sum, count] = fresh ? [NEWEST_HOURS * newest, NEWEST_HOURS] : [0, 0];
  for (const value of before) if (!Number.isNaN(value)) [sum, count] = [sum + value, count + 1];
  return 2 * count >= hours ? sum / count : Number.NaN;
}

/** {@link unplannedRestarts} of a host of the history. */
export const restartAges = (history: HourlyHistory, host: number): number[] =>
  unplannedRestarts(rowOf(history, "hostUptimeSeconds", host), rowOf(history, "hostCpuPercent", host));

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
