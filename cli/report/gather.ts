import { existsSync } from "node:fs";
import { AffinityError } from "../../engine/errors";
import { Declarations } from "../../engine/journal";
import { assess } from "../../engine/models/assess";
import type { CommunicationGraph } from "../../engine/models/propagation";
import { predictPropagation } from "../../engine/models/propagation";
import type { TrainedModels } from "../../engine/models/training";
import { openings, windowSchema } from "../../engine/planner/windows";
import type { Plan } from "../../engine/planner/plan";
import { findCluster, type Snapshot } from "../../engine/snapshot";
import { openModels } from "../../provider/models";
import { clusterKey } from "../../provider/placement/promises";
import { healthOf } from "../../provider/track/health";
import type { Settings } from "../../provider/settings";
import type { Context } from "../command";
import { draftRequest, parseRequest, type RequestFlags } from "../request";
import { withTelemetry } from "../world";
import type { Communication, DeclaredWindows, ReportInput } from "./input";
import { readyHostsOf } from "./ready-hosts";

const DAY = 86_400;
/** How far ahead openings of windows are looked for. */
const DAYS_AHEAD = 14;
/** The standard error of a probability is at most 0.5 %. */
const WORLDS = 10_000;

/** The plan alone: what was read from a file, without the world that it was made for. */
export const planAlone = (plan: Plan): ReportInput => ({
  plan,
  ...{ snapshot: null, assessment: null, communication: null, windows: null, health: null },
  ...{ workloads: null, ready: null },
  because: "the plan was read from a file, and no inventory was given beside it",
});

/**
 * What the plan rests on, told again: models are functions of the instant, so for the plan's instant they say what they
 * said to the planner.
 *
 * @throws AffinityError CLUSTER_NOT_FOUND where the plan is for a cluster that the inventory doesn't have
 */
export async function gather(
  context: Context,
  settings: Settings,
  snapshot: Snapshot,
  plan: Plan,
  flags: RequestFlags,
): Promise<ReportInput> {
  const cluster = snapshot.clusters.find(({ id }) => id === plan.cluster.id);
  if (!cluster || snapshot.source.name !== plan.source) {
    throw new AffinityError({
      code: "CLUSTER_NOT_FOUND",
      message: `${snapshot.source.name} has no cluster "${plan.cluster.name}" (${plan.cluster.id}) of ${plan.source}, which the plan is for`,
      hint: "give the inventory that the plan was made with",
    });
  }
  const draft = draftRequest({ ...flags, cluster: cluster.name }, settings, snapshot);
  const request = parseRequest({ ...draft, cluster: cluster.id, asOf: plan.asOf }, flags);
  const models = await openModels(settings, snapshot);
  const assessment = await withTelemetry(settings, (telemetry) =>
    assess(request, snapshot, findCluster(snapshot, cluster.id), telemetry, { models, signal: context.signal }),
  );
  const journal = existsSync(settings.journal);
  return {
    ...{ plan, snapshot, assessment, because: "" },
    communication: await communicationOf(plan, models, context.signal),
    windows: journal ? await declaredWindows(settings.journal, snapshot, plan) : null,
    health: journal ? await healthOf(settings.journal, snapshot) : null,
    workloads: models?.workloadAffinity ?? null,
    ready: journal
      ? await readyHostsOf(settings.journal, snapshot.source.name, clusterKey(snapshot, cluster), plan.asOf)
      : null,
  };
}

async function communicationOf(
  plan: Plan,
  models: TrainedModels | null,
  signal: AbortSignal,
): Promise<Communication | null> {
  if (!models?.communication) return null;
  const { graph } = models.communication;
  const failures = plan.hosts.map(({ id, failureProbability }) => ({
    name: id,
    members: membersOn(id, plan, graph),
    probability: failureProbability,
  }));
  const reach = await predictPropagation(models.communication, failures, { seed: plan.seed, worlds: WORLDS, signal });
  return { graph, reach };
}

function membersOn(host: string, plan: Plan, graph: CommunicationGraph): number[] {
  const here = new Set(plan.virtualMachines.filter(({ hostId }) => hostId === host).map(({ id, vm }) => id ?? vm));
  return graph.nodes.flatMap(({ id }, node) => (here.has(id) ? [node] : []));
}

/** The openings that the cluster's MigrationSchedules declare, from the plan's instant on; null where none declares any. */
async function declaredWindows(journal: string, snapshot: Snapshot, plan: Plan): Promise<DeclaredWindows | null> {
  const key = clusterKey(snapshot, findCluster(snapshot, plan.cluster.id));
  const declared = await new Declarations(journal).of(snapshot.source.name);
  const schedules = declared
    .filter(({ kind, cluster }) => kind === "MigrationSchedule" && cluster === key)
    .map(({ owner, state }) => ({ owner, windows: windowSchema.array().safeParse(state.windows).data ?? [] }))
    .filter(({ windows }) => windows.length > 0);
  if (schedules.length === 0) return null;
  return {
    owners: schedules.map(({ owner }) => owner),
    openings: openings(
      schedules.flatMap(({ windows }) => windows),
      plan.asOf,
      plan.asOf + DAYS_AHEAD * DAY,
    ),
  };
}
