import { type RequestKey, type RequestRecord, keyOfRecord } from "./record";
import { WINDOW_MINUTES } from "./series";

/** What the requests of one user or application look like; null where no record says. */
export interface RequestUsage {
  readonly requests: number;
  /** Mean data volume of a window with requests, MB. */
  readonly volumeMbPerWindow: number | null;
  /** Mean size of an access, KB, and mean share of reads. */
  readonly sizeKb: number | null;
  readonly readShare: number | null;
  /** Hours of the day (UTC) with the most windows with requests, the busiest first, until they hold half of them. */
  readonly peakHours: readonly number[];
}

/** Usage by key, of the requests that started before `asOf` (epoch seconds). */
export function requestUsage(
  history: readonly RequestRecord[],
  key: RequestKey,
  asOf: number,
): Map<string, RequestUsage> {
  const byKey = new Map<string, RequestRecord[]>();
  for (const record of history) {
    if (record.start >= asOf) continue;
    const name = keyOfRecord(record, key);
    const list = byKey.get(name);
    if (list) list.push(record);
    else byKey.set(name, [record]);
  }
  return new Map([...byKey].map(([name, records]) => [name, usageOf(records)]));
}

function usageOf(records: readonly RequestRecord[]): RequestUsage {
  const windowOf = ({ start }: RequestRecord) => Math.floor(start / (60 * WINDOW_MINUTES));
  const known = records.filter((record) => record.volumeMb !== null);
  const volume = known.reduce((sum, record) => sum + (record.volumeMb ?? 0), 0);
  return {
    requests: records.length,
    volumeMbPerWindow: known.length > 0 ? volume / new Set(known.map(windowOf)).size : null,
    sizeKb: meanOf(records.map((record) => record.sizeKb)),
    readShare: meanOf(records.map((record) => record.readShare)),
    peakHours: peakHours(new Set(records.map(windowOf))),
  };
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

function peakHours(windows: ReadonlySet<number>): number[] {
  const perHour = new Array<number>(24).fill(0);
  for (const window of windows) perHour[Math.floor((window * WINDOW_MINUTES) / 60) % 24]++;
  const order = perHour.map((_, hour) => hour).sort((a, b) => perHour[b] - perHour[a] || a - b);
  const peaks: number[] = [];
  let held = 0;
  for (const hour of order) {
    if (held * 2 >= windows.size) break;
    peaks.push(hour);
    held += perHour[hour];
  }
  return peaks;
}
