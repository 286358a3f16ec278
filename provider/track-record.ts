import { existsSync } from "node:fs";
import { type Prediction, PredictionLog } from "../engine/journal/predictions";
import { assess } from "../engine/models/assess";
import type { Assessment } from "../engine/models/assessment";
import { HOUR } from "../engine/models/history";
import { planRequestSchema } from "../engine/planner/request";
import type { PlanRequest } from "../engine/planner/request";
import { clusterKey } from "./placement/promises";
import { inShard, type Shard } from "./reconcile/shard";
import type { Settings } from "./settings";
import { contentionJudge, contentionPredictions } from "./track/contention";
import { failureJudge } from "./track/failures";
import { instantOf, withWorld, type World } from "./world";

type Kept = Pick<Settings, "journal" | "models" | "hostEvents">;

/** What is due for longer than that and could not be judged never will be: days. */
const MOST_DAYS = 30;

/**
 * Writes what the models say of the hosts into the journal, failures and contention, and what came true beside what is
 * due. Nothing is written where there is neither a journal yet nor a folder of models.
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
  const { predictions, placement } = contentionPredictions(assessment, world.snapshot, cluster, request.asOf);
  const log = new PredictionLog(settings.journal);
  await log.record([...hostPredictions(assessment, cluster, request), ...predictions], placement);
}

/**
 * What a scheduled run does for the track record: asks the models of every cluster of the inventory, writes down what
 * they say, and settles what is due. Without telemetry there is nothing that could come true.
 * @param now epoch seconds
 * @returns names of trained models that were asked and gave nothing of use, so that their fallbacks served
 */
export async function keepTrackOfAll(
  settings: Settings,
  { now, shard, signal }: { now: number; shard?: Shard; signal?: AbortSignal },
): Promise<string[]> {
  if (!settings.telemetry) return [];
  return withWorld(settings, async (world) => {
    const failed = new Set<string>();
    const { snapshot, telemetry, models } = world;
    const asOf = await instantOf(settings, world, now);
    for (const cluster of snapshot.clusters) {
      const key = clusterKey(snapshot, cluster);
      if (shard && !inShard(key, shard)) continue;
      const request = planRequestSchema.parse({ cluster: cluster.id, include: "all", asOf, config: settings.plan });
      const assessment = await assess(request, snapshot, cluster, telemetry, { models, signal });
      await keepTrack(settings, world, key, assessment, request);
      for (const name of assessment.failed ?? []) failed.add(name);
    }
    return [...failed].sort();
  });
}

/** The failure probability of every host, due when its horizon is over. */
export function hostPredictions({ hosts }: Assessment, cluster: string, request: PlanRequest): Prediction[] {
  const { asOf, config } = request;
  const { model } = hosts;
  if (model === undefined) return [];
  return hosts.ids.map((subject, row) => ({
    ...{ model, cluster, subject, at: asOf, due: asOf + config.horizonHours * HOUR },
    ...{ value: hosts.failureProbability[row], unit: "probability", event: "failure", bound: null },
  }));
}

/** Judges what is due by `now`: failures by host events and uptime, contention by what the VMs have used. */
export async function settle(
  settings: Kept,
  { snapshot, telemetry }: Pick<World, "snapshot" | "telemetry">,
  cluster: string,
  now: number,
): Promise<void> {
  const log = new PredictionLog(settings.journal);
  const oldest = now - MOST_DAYS * 24 * HOUR;
  // Requests are judged by their own history, where hosts are prepared for them.
  const due = (await log.predictions(cluster, oldest)).filter(
    ({ due: at, outcome, event }) => outcome === null && at <= now && event !== "request",
  );
  if (due.length === 0) return;
  const failures = due.filter(({ event }) => event === "failure");
  const contention = due.filter(({ event }) => event !== "failure");
  const ofFailures =
    failures.length > 0 ? await failureJudge(failures, settings.hostEvents, snapshot, telemetry, now) : null;
  const placements = await log.placements(cluster, oldest);
  const ofContention = await contentionJudge(contention, placements, snapshot, telemetry, now);
  await log.settle(cluster, now, (prediction) => {
    if (prediction.unit !== "probability" || prediction.event === "request" || prediction.at < oldest) return null;
    return prediction.event === "failure" ? (ofFailures?.(prediction) ?? null) : ofContention(prediction);
  });
}
