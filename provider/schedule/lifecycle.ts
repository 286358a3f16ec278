import { canonicalJson } from "../../engine/digest";
import { Declarations } from "../../engine/journal";
import type { Settings } from "../settings";
import { type Acting, withActions } from "../acting";
import type { MoveOutcome } from "../execution/move";
import { type WaveOptions, runWaves, type WavesRun } from "../execution/run-waves";
import { withWorld } from "../world";
import { parseInputs, parseNews, plannedIn, type PlannedSchedule, sameUserInputs, userInputs } from "./inputs";
import { planSchedule } from "./plan";
import { rateLeft } from "./rate-limit";

type State = Readonly<Record<string, unknown>>;

/** @throws AffinityError SCHEDULE_INVALID and those of the settings, the world and the planner. */
export async function checkSchedule(olds: State, news: State, settings: Settings, now: number): Promise<State> {
  const user = userInputs(news);
  const inputs = parseNews(news);
  const planned = await withWorld(settings, (world) => planSchedule(inputs, settings, world, now));
  const before = sameUserInputs(olds, news) ? plannedIn(olds) : null;
  // The same moves planned again: their waves keep the times that were shown, until they are due.
  const kept =
    before && planned.due === 0 && sameMoves(before, planned) ? { ...planned, waves: before.waves } : planned;
  return { ...user, ...kept };
}

const movesOf = ({ waves }: PlannedSchedule) =>
  waves.flatMap(({ moves }) => moves.map(({ id, toHostId }) => `${id}>${toHostId}`)).sort();
const sameMoves = (a: PlannedSchedule, b: PlannedSchedule) => canonicalJson(movesOf(a)) === canonicalJson(movesOf(b));

/** Something is due, or what was asked for or planned has changed. */
export function diffSchedule(olds: State, news: State): boolean {
  const planned = plannedIn(news);
  if (planned !== null && planned.due > 0) return true;
  if (!sameUserInputs(olds, news)) return true;
  const shape = (plan: PlannedSchedule | null) => plan && [plan.waves, plan.notScheduled];
  return canonicalJson(shape(plannedIn(olds))) !== canonicalJson(shape(planned));
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

/**
 * Runs the waves that are due, and keeps the declaration so that scheduled runs go on with the rest.
 * @throws ScheduleFailed with the state as far as it came, where a move failed
 */
export async function applySchedule(inputs: State, settings: Settings, now: () => number): Promise<State> {
  const planned = plannedIn(inputs);
  if (planned === null) throw new Error("the migration schedule has no plan: its inputs did not come from check");
  const { owner } = parseInputs(inputs);
  return withActions(settings, owner, async (acting) => {
    // Counted when it is begun: others may have moved VMs since the plan was made.
    const mayBegin = async (moves: number) =>
      (await rateLeft(settings, `${planned.source}/${planned.clusterId}`, now())).left >= moves;
    const run = await runDue(acting, inputs, planned, { now, mayBegin });
    const state = { ...inputs, waves: run.waiting, due: 0, executed: run.outcomes };
    const cluster = `${planned.source}/${planned.clusterId}`;
    await acting.declarations.save({ owner, kind: "MigrationSchedule", cluster, state: userInputs(inputs) });
    if (run.failed) throw new ScheduleFailed(state, failuresOf(run.outcomes));
    return state;
  });
}

export function runDue(
  acting: Acting,
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

/** Nothing in vCenter is this resource's own: what was moved stays where it is. */
export async function removeSchedule(state: State, settings: Settings): Promise<void> {
  if (!settings.vcenter || typeof state.owner !== "string") return;
  await new Declarations(settings.journal).withdraw(state.owner, "MigrationSchedule");
}
