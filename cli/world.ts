import { AffinityError } from "../engine/errors";
import type { Assessment } from "../engine/models/assessment";
import type { Plan } from "../engine/planner/plan";
import type { PlanRequest } from "../engine/planner/request";
import type { Snapshot } from "../engine/snapshot";
import type { TelemetrySource } from "../engine/telemetry/source";
import type { Settings } from "../provider/settings";
import type { World } from "../provider/world";
import type { Context } from "./command";
import { lazy } from "./lazy";
import { draftRequest, parseRequest, type RequestFlags } from "./request";

export async function readSnapshot(context: Context, settings: Settings): Promise<Snapshot> {
  const inventory = lazy.world().openInventory(settings, (warning) => context.output.note(`warning: ${warning}`));
  try {
    return await context.steps.run(`reading the inventory of ${inventory.name}`, () =>
      inventory.snapshot(context.signal),
    );
  } finally {
    await inventory.close();
  }
}

/** Gives `work` the telemetry that the settings name (null without any), and closes it afterwards. */
export async function withTelemetry<T>(
  settings: Settings,
  work: (telemetry: TelemetrySource | null) => Promise<T>,
): Promise<T> {
  if (!settings.telemetry) return work(null);
  const telemetry = await lazy.telemetry().openTelemetry(settings.telemetry);
  try {
    return await work(telemetry);
  } finally {
    await telemetry.close();
  }
}

/** Plans what flags, settings and snapshot ask for, beside the room that stacks were promised. */
export async function makePlan(
  context: Context,
  settings: Settings,
  snapshot: Snapshot,
  flags: RequestFlags,
): Promise<Plan> {
  const draft = draftRequest(flags, settings, snapshot);
  const { timeLimitSeconds: limit } = settings;
  return context.steps.run("planning", async (report) => {
    const journal = lazy.journal().openJournal(settings.journal);
    const { clusterKey, promisedByOthers } = lazy.promises();
    const key = clusterKey(snapshot, lazy.snapshot().findCluster(snapshot, draft.cluster));
    const reservations = promisedByOthers(snapshot, key, "", await journal.reservations(key));
    return withTelemetry(settings, async (telemetry) => {
      const models = await lazy.models().openModels(settings, snapshot);
      const world = { snapshot, telemetry, journal, models };
      const now = Math.floor(Date.now() / 1000);
      const asOf = draft.asOf ?? (await lazy.world().instantOf(settings, world, now));
      const request = parseRequest({ ...draft, asOf, reservations }, flags);
      let assessment: Assessment | undefined;
      const plan = await lazy.run().computePlan(request, {
        snapshot,
        telemetry,
        models,
        device: settings.device,
        signal: context.signal,
        ...(limit !== undefined && { timeLimit: { milliseconds: limit * 1000, now: () => performance.now() } }),
        onAssessment: (made) => (assessment = made),
        onProgress: ({ what, done, total, best }) =>
          report({ text: best ? `${what}: ${best.moves} moves, cost ${best.cost}` : what, done, total }),
      });
      if (assessment) await keepTrack(context, settings, world, key, assessment, request);
      return plan;
    });
  });
}

/** What was said is kept where somebody keeps a journal; a plan is worth having without. */
async function keepTrack(
  context: Context,
  settings: Settings,
  world: World,
  key: string,
  assessment: Assessment,
  request: PlanRequest,
): Promise<void> {
  try {
    await lazy.trackRecord().keepTrack(settings, world, key, assessment, request);
  } catch (error) {
    if (!(error instanceof AffinityError)) throw error;
    context.output.note(`warning: what the models say is not kept: ${error.message}`);
  }
}
