import { existsSync } from "node:fs";
import { type Prediction, PredictionLog } from "../engine/journal/predictions";
import type { Assessment } from "../engine/models/assessment";
import { FAILURE_METRICS } from "../engine/models/failure/model";
import { isFailureKind } from "../engine/models/failure";
import { type Judged, type ModelHealth, modelHealth } from "../engine/models/health";
import { HOUR, type HourlyHistory, historyGrid, readHistory, rowOf } from "../engine/models/history";
import { readHostEvents } from "../engine/models/training/records";
import { knownEvents } from "../engine/models/training/training-data";
import type { PlanRequest } from "../engine/planner/request";
import type { Snapshot } from "../engine/snapshot";
import { clusterKey } from "./placement/promises";
import type { Settings } from "./settings";
import type { World } from "./world";

type Kept = Pick<Settings, "journal" | "models" | "hostEvents">;

/** Longest that one settling looks back: what is older can't be judged any more. */
const MOST_DAYS = 90;

/**
 * Writes what the models say of the hosts into the journal, and what came true beside what is due. Nothing is written
 * where there is neither a journal yet nor a folder of models.
 */
export async function keepTrack(
  settings: Kept,
  world: Pick<World, "snapshot" | "telemetry">,
  cluster: string,
  assessment: Assessment,
  request: PlanRequest,
): Promise<void> {
  if (settings.models === undefined && !existsSync(settings.journal)) return;
  await settle(settings, world, cluster, request.asOf);
  await new PredictionLog(settings.journal).record(hostPredictions(assessment, cluster, request));
}

/** The failure probability of every host, due when its horizon is over. */
export function hostPredictions({ hosts }: Assessment, cluster: string, request: PlanRequest): Prediction[] {
  const { asOf, config } = request;
  const { model } = hosts;
  if (model === undefined) return [];
  return hosts.ids.map((subject, row) => ({
    ...{ model, cluster, subject, at: asOf, due: asOf + config.horizonHours * HOUR },
    ...{ value: hosts.failureProbability[row], unit: "probability" },
  }));
}

/** Judges what is due by `now`: failures as the file of host events and the hosts' uptime tell them. */
export async function settle(
  settings: Kept,
  { snapshot, telemetry }: Pick<World, "snapshot" | "telemetry">,
  cluster: string,
  now: number,
): Promise<void> {
  const log = new PredictionLog(settings.journal);
  const oldest = now - MOST_DAYS * 24 * HOUR;
  const due = (await log.predictions(cluster, oldest)).filter(({ due: at, outcome }) => outcome === null && at <= now);
  if (due.length === 0) return;
  const first = Math.min(...due.map(({ at }) => at));
  const days = Math.ceil((now - first) / (24 * HOUR)) + 1;
  const history = telemetry
    ? await readHistory(telemetry, {
        ...{ kind: "host", vcenter: snapshot.source.name, metrics: FAILURE_METRICS },
        ...{ grid: historyGrid(now, days, 60), entities: snapshot.hosts.map(({ id }) => id), all: true },
      })
    : null;
  const listed = settings.hostEvents === undefined ? [] : await readHostEvents(settings.hostEvents, snapshot.hosts);
  const failures = knownEvents(history, listed, now).filter(({ kind }) => isFailureKind(kind));
  await log.settle(cluster, now, ({ subject, at, due: until, unit }) => {
    if (unit !== "probability") return null;
    if (failures.some((event) => event.host === subject && event.at >= at && event.at < until)) return 1;
    return isSeen(history, subject, until) ? 0 : null;
  });
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

/** What was judged of all clusters of the inventory. */
export async function judgedOf(journal: string, snapshot: Snapshot): Promise<Judged[]> {
  const log = new PredictionLog(journal);
  const judged: Judged[] = [];
  for (const cluster of snapshot.clusters) {
    for (const { model, at, value, unit, outcome } of await log.predictions(clusterKey(snapshot, cluster))) {
      if (unit !== "probability" || (outcome !== 0 && outcome !== 1)) continue;
      judged.push({ model, at, probability: value, outcome });
    }
  }
  return judged;
}

/** Why a model that was trained until then must not serve; null where nothing speaks against it. */
export function alarmOf(judged: readonly Judged[], model: string, trainedUntil: number): string | null {
  const [health] = modelHealth(judged.filter((item) => item.model === model && item.at >= trainedUntil));
  return health?.state === "alarm" ? health.alarm : null;
}

/** The health of every model that was judged on these clusters, fallbacks among them. */
export async function healthOf(journal: string, snapshot: Snapshot): Promise<ModelHealth[]> {
  return modelHealth(await judgedOf(journal, snapshot));
}
