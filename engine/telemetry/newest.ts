import { METRICS, type MetricId } from "./schema";
import type { TelemetrySource } from "./source";

const HOUR = 3600;
/** Looked at in turn, so that a live database is not searched to its beginning. */
const HOURS_BACK = [24, 30 * 24, Infinity];

/**
 * The instant of a vCenter's newest sample of any metric up to `now`, epoch seconds; null where there is none.
 */
export async function newestSample(
  source: TelemetrySource,
  vcenter: string,
  now: number,
  signal?: AbortSignal,
): Promise<number | null> {
  const end = Math.floor(now / HOUR) + 1;
  for (const hours of HOURS_BACK) {
    const length = Math.min(end, hours);
    const grid = { start: (end - length) * HOUR, step: HOUR, length };
    let newest: number | null = null;
    for (const metric of Object.keys(METRICS) as MetricId[]) {
      for (const { last } of await source.extents({ kind: METRICS[metric].kind, vcenter, metric, grid }, signal)) {
        if (last <= now && (newest === null || last > newest)) newest = last;
      }
    }
    if (newest !== null) return newest;
  }
  return null;
}
