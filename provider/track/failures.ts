import type { Prediction } from "../../engine/journal/predictions";
import { isFailureKind } from "../../engine/models/failure";
import { FAILURE_METRICS } from "../../engine/models/failure/model";
import { HOUR, type HourlyHistory, historyGrid, readHistory, rowOf } from "../../engine/models/history";
import { readHostEvents } from "../../engine/models/training/records";
import { knownEvents } from "../../engine/models/training/training-data";
import type { Snapshot } from "../../engine/snapshot";
import type { TelemetrySource } from "../../engine/telemetry/source";

/**
 * Judges forecasts of failures, as the file of host events and the hosts' uptime tell them: 1 or 0; null where the host
 * was not seen since, so that nobody can tell.
 * @param due all of them, so that one reading of the telemetry serves
 */
export async function failureJudge(
  due: readonly Prediction[],
  hostEvents: string | undefined,
  snapshot: Snapshot,
  telemetry: TelemetrySource | null,
  now: number,
): Promise<(prediction: Prediction) => number | null> {
  const days = Math.ceil((now - Math.min(...due.map(({ at }) => at))) / (24 * HOUR)) + 1;
  const history = telemetry
    ? await readHistory(telemetry, {
        ...{ kind: "host", vcenter: snapshot.source.name, metrics: FAILURE_METRICS },
        ...{ grid: historyGrid(now, days, 60), entities: snapshot.hosts.map(({ id }) => id), all: true },
      })
    : null;
  const listed = hostEvents === undefined ? [] : await readHostEvents(hostEvents, snapshot.hosts);
  const failures = knownEvents(history, listed, now).filter(({ kind }) => isFailureKind(kind));
  return ({ subject, at, due: until }) => {
    if (failures.some((event) => event.host === subject && event.at >= at && event.at < until)) return 1;
    return isSeen(history, subject, until) ? 0 : null;
  };
}

/** Whether the host was up after the instant: only then it is known that nothing has happened. */
function isSeen(history: HourlyHistory | null, host: string, after: number): boolean {
  const row = history?.entities.indexOf(host) ?? -1;
  if (!history || row < 0) return false;
  const from = Math.max(0, Math.floor(after / HOUR) - 1 - history.firstHour);
  return rowOf(history, "hostUptimeSeconds", row)
    .subarray(from)
    .some((value) => !Number.isNaN(value));
}
