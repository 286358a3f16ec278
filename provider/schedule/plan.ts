import { computePlan } from "../../engine/run";
import { type Plan, planRequestSchema } from "../../engine/planner";
import { type Departure, planConfigSchema } from "../../engine/planner/request";
import type { LoggedAction } from "../../engine/journal";
import { validate } from "../../engine/validate";
import type { Assessment } from "../../engine/models";
import type { MigrationPlan } from "../../engine/planner/migration";
import {
  type Assigned,
  assignWaves,
  dueWaves,
  movedByDrs,
  movesOfDay,
  readThresholds,
  risingThreshold,
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
import { type RateLeft, rateLeft, wavesWithinRate } from "./rate-limit";

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
  const { movesPerRun } = inputs.budget;
  const { movesPerDay, urgentMovesPerDay } = movesOfDay(inputs.budget);
  const actions = await actionLogOf(settings.journal).actions();
  const moves = movesOfLate(actions, key, now);
  const spent = moves.length + movesHeld(actions, inputs, snapshot, key);
  const rate = await rateLeft(settings, key, now, inputs.owner);
  const usedUp = spent >= movesPerDay;
  const leftToday = movesPerDay + (usedUp ? urgentMovesPerDay : 0) - spent;
  const left = Math.max(0, Math.min(movesPerRun, leftToday, rate.left));
  const config = planConfigOf(inputs, settings);
  const { gainThreshold, quietGainThreshold = gainThreshold } = planConfigSchema.parse(config);
  const least = Math.max(gainThreshold, quietGainThreshold);
  const quiet = usedUp ? NEVER : risingThreshold(least, spent, movesPerDay);
  const request = validate(
    planRequestSchema,
    {
      cluster: inputs.cluster,
      include: "all",
      asOf: now,
      reservations: promisedByOthers(snapshot, key, inputs.owner, await journal.reservations(key)),
      departures: departuresOf(moves),
      config: { ...config, quietGainThreshold: quiet, maxMoves: left },
    },
    { code: "SCHEDULE_INVALID", subject: "the migration schedule" },
  );
  const asOf = await scheduleInstant({ ...settings, plan: request.config }, world, now);
  let assessment: Assessment | undefined;
  const plan = await computePlan(
    { ...request, asOf },
    { snapshot, telemetry, models, device: settings.device, onAssessment: (made) => (assessment = made) },
  );
  const said = { source: snapshot.source.name, clusterId: cluster.id };
  const fought = plan.migration ? drsSays(plan.migration, cluster, snapshot) : null;
  const held =
    heldBack(movesPerRun, usedUp && plan.moves.length === 0 ? 0 : leftToday, spent, rate) ??
    belowThresholds(readThresholds(inputs.thresholds, plan, assessment!, snapshot)) ??
    (fought !== null && inputs.drs === "hold" ? { by: "drs" as const, evidence: fought } : null);
  if (plan.moves.length === 0 || held !== null) {
    const why = held === null ? { evidence: "no move pays" } : { evidence: held.evidence, heldBy: held.by };
    return { ...said, waves: [], due: 0, notScheduled: [], ...why };
  }
  const migration = plan.migration ?? { waves: [], unreachable: [], makespanSeconds: 0 };
  const assigned = assignWaves(migration, inputs.windows, now, left);
  const due = dueWaves(assigned.waves, now).length;
  const ahead = assigned.waves.slice(due);
  const allowed =
    inputs.executor === "vcenter"
      ? await wavesWithinRate(settings, key, inputs.owner, ahead, inputs.budget.concurrency)
      : { waves: ahead, without: [] };
  return {
    ...said,
    waves: [...assigned.waves.slice(0, due), ...allowed.waves],
    due,
    notScheduled: [...notScheduled(assigned, plan), ...allowed.without],
    evidence: evidenceOf(plan),
    ...(fought === null ? {} : { warnings: [fought] }),
  };
}

/** As often as Telegraf writes at its slowest. */
const INSTANT = 300;

/** Now, to five minutes where the newest minutes are looked at: on the hour they would be an hour old. */
function scheduleInstant(settings: Settings, world: World, now: number): Promise<number> | number {
  const newest = settings.plan.newestMinutes > 0 && settings.asOf === "now";
  return newest ? Math.floor(now / INSTANT) * INSTANT : instantOf(settings, world, now);
}

/** More than any move gains: only VMs whose hosts need relief move. */
const NEVER = 1e6;

/** What copying a host's whole memory is worth; see the weights. */
const MOVE_COST = 0.05;
/** Long enough not to follow every burst, short enough to see a change of level before the next run. */
const NEWEST_MINUTES = 15;

/**
 * Of VMs that would serve as well, those move whose interruption costs least: of low criticality, small, seldom written to.
 * And what is measured now counts beside what the hours before let expect. Zero for `moveCost` or `newestMinutes` in the
 * schedule's own settings turns that off.
 */
function planConfigOf({ settings: own }: ScheduleInputs, { plan }: Settings): Record<string, unknown> {
  const weights = { ...plan.weights, moveCost: plan.weights.moveCost || MOVE_COST };
  return merged({ ...plan, weights, newestMinutes: plan.newestMinutes || NEWEST_MINUTES }, own);
}

/** Moves begun in the cluster within a day, by whichever owner. */
const movesOfLate = (actions: readonly LoggedAction[], cluster: string, now: number): LoggedAction[] =>
  actions.filter(
    ({ kind, at, cluster: where, outcome }) =>
      kind === "relocate" && where === cluster && at >= now - DAY && outcome?.result !== "failed",
  );

/** Those that the vCenter has made and nobody has written down yet, and those that it holds for others. */
function movesHeld(
  actions: readonly LoggedAction[],
  { owner }: ScheduleInputs,
  snapshot: Snapshot,
  cluster: string,
): number {
  const hostOf = new Map(snapshot.virtualMachines.map(({ id, host }) => [id, host]));
  return [...expectedTasks(actions, null, snapshot.source.name).values()].filter(
    (task) =>
      `${snapshot.source.name}/${task.clusterId}` === cluster &&
      (task.owner !== owner || hostOf.get(task.id) === task.toHostId),
  ).length;
}

/** Which hosts the VMs were moved off. */
const departuresOf = (moves: readonly LoggedAction[]): Departure[] =>
  moves.flatMap(({ subject, detail: { from } }) =>
    typeof from === "string" ? [{ virtualMachine: subject, host: from }] : [],
  );

type Held = { readonly by: NonNullable<PlannedSchedule["heldBy"]>; readonly evidence: string };

/** Which limit leaves no move at all; null if none. */
function heldBack(perRun: number, budgetLeft: number, spent: number, rate: RateLeft): Held | null {
  if (perRun <= 0) return { by: "budget", evidence: "budget.movesPerRun is 0: no move is made" };
  if (budgetLeft <= 0) {
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
