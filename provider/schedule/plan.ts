import { computePlan } from "../../engine/run";
import { type Plan, planRequestSchema } from "../../engine/planner";
import { validate } from "../../engine/validate";
import type { Assessment } from "../../engine/models";
import type { MigrationPlan } from "../../engine/planner/migration";
import {
  type Assigned,
  assignWaves,
  dueWaves,
  movedByDrs,
  readThresholds,
  type ThresholdReading,
} from "../../engine/planner/schedule";
import { listNames } from "../../engine/planner/wording";
import { type Cluster, findCluster, type Snapshot } from "../../engine/snapshot";
import { actionLogOf } from "../acting";
import { merged } from "../placement/inputs";
import { clusterKey, promisedByOthers } from "../placement/promises";
import type { Settings } from "../settings";
import { instantOf, type World } from "../world";
import { expectedTasks } from "./held-tasks";
import type { PlannedSchedule, ScheduleInputs } from "./inputs";
import { type RateLeft, rateLeft } from "./rate-limit";

const DAY = 86_400;

/**
 * Plans the moves that pay now, within the budget that is left, and gives each wave its time.
 * @param now epoch seconds
 */
export async function planSchedule(
  inputs: ScheduleInputs,
  settings: Settings,
  world: World,
  now: number,
): Promise<PlannedSchedule> {
  const { snapshot, telemetry, models, journal } = world;
  const cluster = findCluster(snapshot, inputs.cluster);
  const key = clusterKey(snapshot, cluster);
  const { movesPerRun, movesPerDay } = inputs.budget;
  const spent = await movesSpent(inputs, settings, snapshot, key, now);
  const rate = await rateLeft(settings, key, now);
  const left = Math.max(0, Math.min(movesPerRun, movesPerDay - spent, rate.left));
  const request = validate(
    planRequestSchema,
    {
      cluster: inputs.cluster,
      include: "all",
      asOf: now,
      reservations: promisedByOthers(snapshot, key, inputs.owner, await journal.reservations(key)),
      config: { ...planConfigOf(inputs, settings), maxMoves: left },
    },
    { code: "SCHEDULE_INVALID", subject: "the migration schedule" },
  );
  const asOf = await instantOf({ ...settings, plan: request.config }, world, now);
  let assessment: Assessment | undefined;
  const plan = await computePlan(
    { ...request, asOf },
    { snapshot, telemetry, models, device: settings.device, onAssessment: (made) => (assessment = made) },
  );
  const said = { source: snapshot.source.name, clusterId: cluster.id };
  const fought = plan.migration ? drsSays(plan.migration, cluster, snapshot) : null;
  const held =
    heldBack(movesPerRun, movesPerDay - spent, spent, rate) ??
    belowThresholds(readThresholds(inputs.thresholds, plan, assessment!, snapshot)) ??
    (fought !== null && inputs.drs === "hold" ? { by: "drs" as const, evidence: fought } : null);
  if (plan.moves.length === 0 || held !== null) {
    const why = held === null ? { evidence: "no move pays" } : { evidence: held.evidence, heldBy: held.by };
    return { ...said, waves: [], due: 0, notScheduled: [], ...why };
  }
  const migration = plan.migration ?? { waves: [], unreachable: [], makespanSeconds: 0 };
  const assigned = assignWaves(migration, inputs.windows, now, left);
  return {
    ...said,
    waves: [...assigned.waves],
    due: dueWaves(assigned.waves, now).length,
    notScheduled: notScheduled(assigned, plan),
    evidence: evidenceOf(plan),
    ...(fought === null ? {} : { warnings: [fought] }),
  };
}

/** What copying a host's whole memory is worth; see the weights. */
const MOVE_COST = 0.05;

/**
 * Of VMs that would serve as well, those move whose interruption costs least: of low criticality, small, seldom written to.
 * Zero for `moveCost` in the schedule's own settings turns that off.
 */
function planConfigOf({ settings: own }: ScheduleInputs, { plan }: Settings): Record<string, unknown> {
  const weights = { ...plan.weights, moveCost: plan.weights.moveCost || MOVE_COST };
  return merged({ ...plan, weights }, own);
}

/**
 * Moves begun in the cluster within a day, by whichever owner, with those that the vCenter has made and nobody has written
 * down yet, and those that it holds for others.
 */
async function movesSpent(
  { owner }: ScheduleInputs,
  settings: Settings,
  snapshot: Snapshot,
  cluster: string,
  now: number,
): Promise<number> {
  const actions = await actionLogOf(settings.journal).actions();
  const moved = actions.filter(
    ({ kind, at, cluster: where, outcome }) =>
      kind === "relocate" && where === cluster && at >= now - DAY && outcome?.result !== "failed",
  ).length;
  const hostOf = new Map(snapshot.virtualMachines.map(({ id, host }) => [id, host]));
  const held = [...expectedTasks(actions, null, snapshot.source.name).values()].filter(
    (task) =>
      `${snapshot.source.name}/${task.clusterId}` === cluster &&
      (task.owner !== owner || hostOf.get(task.id) === task.toHostId),
  ).length;
  return moved + held;
}

type Held = { readonly by: NonNullable<PlannedSchedule["heldBy"]>; readonly evidence: string };

/** Which limit leaves no move at all; null if none. */
function heldBack(perRun: number, budgetLeft: number, spent: number, rate: RateLeft): Held | null {
  if (perRun <= 0 || budgetLeft <= 0) {
    return { by: "budget", evidence: `the budget is used up: ${spent} moves in the last 24 hours` };
  }
  return rate.left > 0 ? null : { by: "rate", evidence: rate.evidence };
}

/** Why the thresholds hold the moves back; null if one is passed, or there are none. */
function belowThresholds(readings: readonly ThresholdReading[]): Held | null {
  if (readings.length === 0 || readings.some(({ passed }) => passed)) return null;
  return { by: "thresholds", evidence: `below the thresholds: ${readings.map(({ text }) => text).join("; ")}` };
}

/** What DRS would do to the moves, in words; null where it leaves them be. */
function drsSays(migration: MigrationPlan, cluster: Cluster, snapshot: Snapshot): string | null {
  const vms = movedByDrs(migration, cluster, snapshot);
  return vms.length === 0
    ? null
    : `DRS is fully automated for ${listNames(vms)} and may undo the moves: let the plan move them and set their DRS override, or the cluster, to manual or partially automated`;
}

function notScheduled(assigned: Assigned, plan: Plan): PlannedSchedule["notScheduled"] {
  const unreachable = (plan.migration?.unreachable ?? []).map(({ vm, because }) => ({ vms: [vm], because }));
  return [...assigned.without.map(({ vms, because }) => ({ vms: [...vms], because })), ...unreachable];
}

function evidenceOf(plan: Plan): string {
  const sum = (costs: Readonly<Record<string, number>>) => Object.values(costs).reduce((a, b) => a + b, 0);
  const [before, after] = [sum(plan.cost.before), sum(plan.cost.after)];
  const lower = before > 0 ? ` and lower the cluster's cost by ${percent((before - after) / before)}` : "";
  return `${plan.moves.length} moves pay${lower}`;
}

const percent = (share: number): string => `${(100 * share).toFixed(Math.abs(share) < 0.1 ? 1 : 0)} %`;
