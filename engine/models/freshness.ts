import { AffinityError } from "../errors";
import type { PlanRequest } from "../planner/request";
import type { Snapshot } from "../snapshot/schema";
import type { Extent, Grid, TelemetrySource } from "../telemetry/source";
import type { Lacking } from "./assessment";
import type { Subject } from "./subjects";

/** Minutes are fine enough to tell the age of a sample. */
const MINUTE = 60;

export interface Freshness {
  /** Epoch seconds of the newest sample of any VM asked for; null if there is none. */
  readonly newest: number | null;
  readonly lacking: readonly Lacking[];
}

/**
 * How old the telemetry of the VMs in question is, up to `asOf` itself.
 * @throws AffinityError TELEMETRY_EMPTY or TELEMETRY_STALE where the request refuses to plan without
 */
export async function checkFreshness(
  request: PlanRequest,
  snapshot: Snapshot,
  subjects: readonly Subject[],
  telemetry: TelemetrySource,
  start: number,
  signal?: AbortSignal,
): Promise<Freshness> {
  const from = Math.floor(start / MINUTE) * MINUTE;
  const grid: Grid = { start: from, step: MINUTE, length: Math.floor(request.asOf / MINUTE) - from / MINUTE };
  const vcenter = snapshot.source.name;
  const extents = await telemetry.extents({ kind: "vm", vcenter, metric: "vmCpuMhz", grid }, signal);
  const lastSample = new Map(extents.map((extent: Extent) => [extent.entity, extent.last]));
  const running = subjects.filter((subject) => subject.existing?.power === "poweredOn" && !subject.off);
  const likes = subjects.flatMap(({ like }) => (like ? [like.id] : []));
  const seen = [...running.map(({ id }) => id), ...likes].flatMap((id) => lastSample.get(id) ?? []);
  const refuse = request.config.missingTelemetry === "refuse";

  if (seen.length === 0) {
    // Nothing runs and nothing was to be like anything: there is nothing that could have a history.
    if (running.length + likes.length === 0) return { newest: null, lacking: [] };
    if (refuse) throw empty(telemetry.name, vcenter, request.config.historyDays);
    return { newest: null, lacking: [] };
  }
  const newest = seen.reduce((a, b) => Math.max(a, b));
  const limit = request.config.maxStalenessMinutes * MINUTE;
  if (request.asOf - newest > limit) {
    if (refuse) throw stale(telemetry.name, request, newest);
    const subject = running.filter(({ id }) => lastSample.has(id)).map(({ name }) => name);
    return { newest, lacking: [recent(subject, request)] };
  }
  const late = running.filter(({ id }) => request.asOf - (lastSample.get(id) ?? request.asOf) > limit);
  return {
    newest,
    lacking: late.length
      ? [
          recent(
            late.map(({ name }) => name),
            request,
          ),
        ]
      : [],
  };
}

function recent(subjects: readonly string[], request: PlanRequest): Lacking {
  return {
    what: `samples of the last ${request.config.maxStalenessMinutes} minutes`,
    subjects,
    fallback: "older history, carried on by the forecast",
  };
}

function empty(source: string, vcenter: string, days: number): AffinityError {
  return new AffinityError({
    code: "TELEMETRY_EMPTY",
    message: `${source} has no sample of the cluster's virtual machines in the last ${days} days`,
    hint: `check that Telegraf writes there and that its vcenter tag is "${vcenter}", or set missingTelemetry to configured-size`,
  });
}

function stale(source: string, request: PlanRequest, newest: number): AffinityError {
  const minutes = Math.floor((request.asOf - newest) / MINUTE);
  return new AffinityError({
    code: "TELEMETRY_STALE",
    message: `the newest sample in ${source} is ${minutes} minutes old, of ${new Date(newest * 1000).toISOString()}`,
    hint: `check Telegraf, raise maxStalenessMinutes (${request.config.maxStalenessMinutes}), or set missingTelemetry to configured-size`,
  });
}
