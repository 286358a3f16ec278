import { canonicalJson } from "../../engine/digest";
import { Declarations } from "../../engine/journal";
import { holdMoves, type ScheduledWave } from "../../engine/planner/schedule";
import type { Settings } from "../settings";
import { withActions } from "../acting";
import type { MoveActing, MoveOutcome } from "../execution/move";
import { type WaveOptions, runWaves, type WavesRun } from "../execution/run-waves";
import { withWorld } from "../world";
import { expectedTasks, heldIn, type HeldTask } from "./held-tasks";
import { parseInputs, parseNews, plannedIn, type PlannedSchedule, sameUserInputs, userInputs } from "./inputs";
import { clearTasks, heldAs, holdTasks } from "./keep-tasks";
import { planSchedule } from "./plan";
import { rateLeft, wavesWithinRate } from "./rate-limit";

type State = Readonly<Record<string, unknown>>;

/** @throws AffinityError SCHEDULE_INVALID and those of the settings, the world and the planner. */
export async function checkSchedule(olds: State, news: State, settings: Settings, now: number): Promise<State> {
  const user = userInputs(news);
  const inputs = parseNews(news);
  const planned = await withWorld(settings, (world) => planSchedule(inputs, settings, world, now));
  const before = sameUserInputs(olds, news) ? plannedIn(olds) : null;
  // The same moves planned again: their waves keep the times that were shown, until these have come.
  const ahead = before?.waves.every(({ startsAt }) => startsAt > now);
  const kept =
    before && ahead && planned.due === 0 && sameMoves(before, planned) ? { ...planned, waves: before.waves } : planned;
  return { ...user, ...kept };
}

const movesOf = ({ waves }: PlannedSchedule) =>
  waves.flatMap(({ moves }) => moves.map(({ id, toHostId }) => `${id}>${toHostId}`)).sort();
const sameMoves = (a: PlannedSchedule, b: PlannedSchedule) => canonicalJson(movesOf(a)) === canonicalJson(movesOf(b));

/** Something is due, what was asked for or planned has changed, or what the vCenter holds isn't that. */
export function diffSchedule(olds: State, news: State): boolean {
  const planned = plannedIn(news);
  if (planned !== null && planned.due > 0) return true;
  if (!sameUserInputs(olds, news)) return true;
  if (Array.isArray(olds.drift) && olds.drift.length > 0) return true;
  const shape = (plan: PlannedSchedule | null) => plan && [plan.waves, plan.notScheduled];
  if (canonicalJson(shape(plannedIn(olds))) !== canonicalJson(shape(planned))) return true;
  return planned !== null && canonicalJson(heldIn(olds).map(targetOf)) !== canonicalJson(tasksFor(news, planned));
}

const targetOf = ({ id, toHostId }: Pick<HeldTask, "id" | "toHostId">) => `${id}>${toHostId}`;
const tasksFor = (inputs: State, { waves, clusterId }: PlannedSchedule) =>
  wantedTasks(inputs, waves, clusterId, 0).map(({ held }) => targetOf(held));

/** What the vCenter is to hold of the waves that are to come. */
function wantedTasks(inputs: State, waves: readonly ScheduledWave[], clusterId: string, earliest: number) {
  const { executor, owner, budget, priority } = parseInputs(inputs);
  if (executor !== "vcenter") return [];
  const holding = { owner, clusterId, priority };
  return holdMoves(waves, budget.concurrency, earliest).moves.map((move) => ({ move, held: heldAs(holding, move) }));
}

/** A move failed: what was done until then is kept in the state. */
export class ScheduleFailed extends Error {
  constructor(
    readonly state: State,
    readonly reasons: string[],
  ) {
    super(reasons.join("; "));
  }
}

/** A task that is to run sooner might be made too late. */
const LEAD_SECONDS = 60;

/**
 * Runs the waves that are due, has the vCenter hold those that are to come where it is the executor, and keeps the
 * declaration so that scheduled runs go on with the rest.
 * @param before the state until now
 * @throws ScheduleFailed with the state as far as it came, where a move failed or a task could not be held
 */
export async function applySchedule(
  inputs: State,
  settings: Settings,
  now: () => number,
  before: State = {},
): Promise<State> {
  const planned = plannedIn(inputs);
  if (planned === null) throw new Error("the migration schedule has no plan: its inputs did not come from check");
  const { owner, priority, budget } = parseInputs(inputs);
  const { clusterId } = planned;
  const cluster = `${planned.source}/${clusterId}`;
  return withActions(settings, owner, async (acting) => {
    // Counted when it is begun: others may have moved VMs since the plan was made.
    const mayBegin = async (moves: number) => (await rateLeft(settings, cluster, now())).left >= moves;
    const held = async () => expectedTasks(await acting.log.actions(), owner, planned.source, heldIn(before));
    const wanted = (waves: readonly ScheduledWave[]) => wantedTasks(inputs, waves, clusterId, now() + LEAD_SECONDS);
    const names = new Set(wanted(planned.waves.slice(planned.due)).map((task) => task.held.name));
    // Before anything moves: what the vCenter would do besides must be known.
    const ran = await clearTasks(acting, await held(), names);
    const run = await runDue(acting, inputs, planned, { now, mayBegin });
    // Where a move failed nothing else begins, and nothing that the vCenter holds either.
    if (run.failed) await clearTasks(acting, await held(), new Set());
    // Others may have had tasks made since the plan was.
    const allowed = await wavesWithinRate(settings, cluster, owner, run.waiting, budget.concurrency);
    const moves = run.failed ? [] : wanted(allowed.waves).map(({ move }) => move);
    const kept = await holdTasks(acting, { owner, clusterId, priority }, moves, await held());
    const executed = [...ran, ...run.outcomes, ...kept.outcomes];
    const state = { ...inputs, waves: run.waiting, due: 0, executed, tasks: kept.tasks, drift: [] };
    const { waves, tasks, notScheduled } = state as State;
    const declared = { ...userInputs(inputs), ...planned, due: 0, waves, tasks, notScheduled };
    await acting.declarations.save({ owner, kind: "MigrationSchedule", cluster, state: declared });
    const failures = failuresOf([...run.outcomes, ...kept.outcomes]);
    if (run.failed || failures.length > 0) throw new ScheduleFailed(state, failures);
    return state;
  });
}

export function runDue(
  acting: MoveActing,
  inputs: State,
  planned: PlannedSchedule,
  options: Pick<WaveOptions, "now" | "mayBegin" | "signal">,
): Promise<WavesRun> {
  const { budget, priority, onFailure } = parseInputs(inputs);
  return runWaves(acting, planned.waves, {
    cluster: planned.clusterId,
    concurrency: budget.concurrency,
    priority,
    onFailure,
    ...options,
  });
}

export const failuresOf = (outcomes: readonly MoveOutcome[]): string[] =>
  outcomes
    .filter(({ result }) => result === "failed" || result === "reverted")
    .map(({ vm, from, to, result, text }) => `${vm} from ${from} to ${to}: ${result}${text ? ` (${text})` : ""}`);

/** What was moved stays where it is; what the vCenter still holds for this resource is removed, and nothing else. */
export async function removeSchedule(state: State, settings: Settings): Promise<void> {
  const { owner } = state;
  if (!settings.vcenter || typeof owner !== "string") return;
  if (state.executor === "vcenter" || heldIn(state).length > 0) {
    await withActions(settings, owner, async (acting) => {
      const source = acting.snapshot.source.name;
      await clearTasks(acting, expectedTasks(await acting.log.actions(), owner, source, heldIn(state)), new Set());
    });
  }
  const planned = plannedIn(state);
  const cluster = planned && `${planned.source}/${planned.clusterId}`;
  await new Declarations(settings.journal).withdraw(owner, "MigrationSchedule", cluster);
}
