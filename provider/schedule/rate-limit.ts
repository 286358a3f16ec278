import type { LoggedAction } from "../../engine/journal";
import { holdMoves, type ScheduledWave } from "../../engine/planner/schedule";
import { actionLogOf } from "../acting";
import type { Settings } from "../settings";
import { expectedTasks, instant } from "./held-tasks";

const WINDOWS = [
  { key: "perHour", seconds: 3600, name: "hour" },
  { key: "perDay", seconds: 86_400, name: "24 hours" },
] as const;

type LimitSettings = Pick<Settings, "journal" | "moveRateLimit">;

export interface RateLeft {
  /** Moves that may still begin; infinite without a limit. */
  readonly left: number;
  /** Which window leaves the least, and by how many moves; empty without a limit. */
  readonly evidence: string;
}

/**
 * How many moves the rate limit leaves in a cluster, by the log of actions: moves of every stack and run count, from
 * their intents on, and a restart forgets none. Those that the vCenter holds as scheduled tasks count as well, as far as they
 * are due so soon that one window would have them and what begins now.
 * @param cluster as the log names it
 * @param now epoch seconds
 * @param planning whose tasks to come don't count: they are being planned anew
 */
export async function rateLeft(
  settings: LimitSettings,
  cluster: string,
  now: number,
  planning?: string,
): Promise<RateLeft> {
  const limits = limitsOf(settings);
  if (limits.length === 0) return { left: Infinity, evidence: "" };
  const actions = await actionLogOf(settings.journal).actions();
  const begun = instantsOfMoves(actions, cluster);
  const held = instantsOfTasks(actions, cluster, (task) => task.owner !== planning || task.runAt <= now);
  const lefts = limits.map(({ seconds, limit, name }) => {
    const past = begun.filter((at) => at > now - seconds).length;
    const next = held.filter((at) => Math.abs(at - now) < seconds).length;
    const tasks = next > 0 ? ` and ${next} that the vCenter holds for the ${name} around now` : "";
    return {
      left: Math.max(0, limit - past - next),
      evidence: `the rate limit is reached: ${past} moves in the last ${name}${tasks}, and the limit is ${limit}`,
    };
  });
  return lefts.reduce((least, each) => (each.left < least.left ? each : least));
}

export interface WithinRate {
  /** The first waves, up to one with which some window would have more moves than the limit. */
  readonly waves: readonly ScheduledWave[];
  readonly without: readonly { readonly vms: string[]; readonly because: string }[];
}

/**
 * Of waves that the vCenter is to run by itself, those that the rate limit allows at their time: nobody counts any more when it
 * comes. Moves that were begun, and tasks that it holds for others, count wherever they fall.
 * @param cluster as the log names it
 * @param owner whose waves these are: the tasks that it has are those of an earlier plan
 */
export async function wavesWithinRate(
  settings: LimitSettings,
  cluster: string,
  owner: string,
  waves: readonly ScheduledWave[],
  concurrency: number,
): Promise<WithinRate> {
  const limits = limitsOf(settings);
  if (limits.length === 0 || waves.length === 0) return { waves, without: [] };
  const actions = await actionLogOf(settings.journal).actions();
  const instants = [
    ...instantsOfMoves(actions, cluster),
    ...instantsOfTasks(actions, cluster, (task) => task.owner !== owner),
  ];
  const { moves: held } = holdMoves(waves, concurrency, 0);
  for (const [index, { startsAt, moves }] of waves.entries()) {
    const own = held.filter(({ move }) => moves.includes(move)).map(({ runAt }) => runAt);
    instants.push(...own);
    const passed = limits.find(({ seconds, limit }) => own.some((at) => mostAround(instants, at, seconds) > limit));
    if (passed === undefined) continue;
    const because = `the rate limit: with it more than ${passed.limit} moves would begin within the same ${passed.name} around ${instant(startsAt)}`;
    const without = waves.slice(index).map((wave) => ({ vms: wave.moves.map(({ vm }) => vm), because }));
    return { waves: waves.slice(0, index), without };
  }
  return { waves, without: [] };
}

function limitsOf({ moveRateLimit }: LimitSettings) {
  return WINDOWS.flatMap((window) => {
    const limit = moveRateLimit[window.key];
    return limit === undefined ? [] : [{ ...window, limit }];
  });
}

const instantsOfMoves = (actions: readonly LoggedAction[], cluster: string): number[] =>
  actions
    .filter(
      ({ kind, cluster: where, outcome }) => kind === "relocate" && where === cluster && outcome?.result !== "failed",
    )
    .map(({ at }) => at);

function instantsOfTasks(
  actions: readonly LoggedAction[],
  cluster: string,
  counts: (task: { readonly owner: string; readonly runAt: number }) => boolean,
): number[] {
  const source = cluster.slice(0, cluster.lastIndexOf("/"));
  return [...expectedTasks(actions, null, source).values()]
    .filter((task) => `${source}/${task.clusterId}` === cluster && counts(task))
    .map(({ runAt }) => runAt);
}

/** The most of the instants that an interval of so many seconds with `at` in it has. */
function mostAround(instants: readonly number[], at: number, seconds: number): number {
  const ends = instants.filter((each) => each >= at && each < at + seconds);
  const counts = ends.map((end) => instants.filter((each) => each > end - seconds && each <= end).length);
  return Math.max(0, ...counts);
}
