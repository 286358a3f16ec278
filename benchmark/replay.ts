import { join } from "node:path";
import { parseArgs } from "node:util";
import { openPlainDevice } from "../engine/compute/devices/plain";
import {
  idlePolicy,
  lastValue,
  levelForecaster,
  plannedPolicy,
  recordedFuture,
  replay,
  type DemandForecaster,
  type ReplayOutcome,
  type ReplayPolicy,
  thresholdPolicy,
  type ThresholdOptions,
} from "../engine/replay";
import { clusterOf, STEP } from "./replay/cluster";
import { listDays, readDay } from "./replay/planetlab";
import { dataFolder } from "./support/data";

/** The day on which anything was chosen; its figures are apart from those of the days that are reported. */
const TUNING_DAY = "20110303";
/** Slots before the first decision: six hours. */
const HISTORY = 72;
const HORIZON = 12;
const MEMORY = 288;

/**
 * Reactive settings: the threshold and the selection that CloudSim's users publish with (80 %, minimum migration time),
 * a cautious and a lazy one. `reactive` is the one with the fewest overload minutes on the tuning day.
 */
const REACTIVE: readonly ThresholdOptions[] = [
  { threshold: 0.8, selection: "minimumMigrationTime" },
  { threshold: 0.8, selection: "fewestMoves" },
  { threshold: 0.85, selection: "minimumMigrationTime" },
  { threshold: 0.85, selection: "fewestMoves" },
  { threshold: 0.95, selection: "fewestMoves" },
];

/**
 * Claim: planning on a forecast leaves fewer overload minutes than reacting to thresholds does, with no more moves.
 * Method: each day of PlanetLab's trace is a cluster of its own (see replay/cluster.ts), some fifty hosts for a
 * thousand VMs, in which VMs were placed by size alone. From the sixth hour on every policy decides each quarter of an
 * hour, knowing only what was recorded before; VMs move as the pre-copy model says, load both hosts meanwhile, and keep
 * vMotion's limits and the planner's constraints. An overload minute is a minute of one host with more demand than
 * capacity. The planner runs with its default configuration (a fifth of the CPU kept free, ten moves a decision), on
 * forecasts of an hour in steps of five minutes; the oracle reads the hour to come, `noForecast` takes the newest sample
 * for it. Nothing was chosen on another day than `tuningDay`; the totals leave it out unless no other is there.
 */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: "string" },
      days: { type: "string" },
      use: { type: "string", default: "0.62" },
      minutes: { type: "string", default: "15" },
      seed: { type: "string", default: "1" },
    },
  });
  const folder = await dataFolder(values.data);
  if (!folder) return { skipped: "no data folder: set AFFINITY_DATA" };
  const places = [join(folder, "planetlab"), folder];
  const found = await Promise.all(places.map((place) => listDays(place).catch(() => [])));
  const at = found.findIndex((days) => days.length > 0);
  if (at < 0) return { skipped: `no PlanetLab days in ${folder}` };
  const days = values.days ? values.days.split(",") : found[at];
  const [use, minutes, seed] = [values.use, values.minutes, values.seed].map(Number);

  const perDay: Record<string, Day> = {};
  for (const day of days) {
    const recorded = await readDay(places[at], day);
    const { cluster, demand, hosts } = clusterOf(recorded, { use, history: HISTORY, seed });
    const options = { from: HISTORY, every: Math.max(1, Math.round((minutes * 60) / STEP)) };
    const outcomes: Record<string, Figures> = {};
    const started = performance.now();
    for (const [key, policy] of policiesFor(recordedFuture(demand))) {
      outcomes[key] = figuresOf(await replay(cluster, demand, policy, options));
      process.stderr.write(`${day} ${policy.name}: ${JSON.stringify(outcomes[key])}\n`);
    }
    const seconds = Math.round((performance.now() - started) / 1000);
    perDay[day] = { hosts, vms: recorded.names.length, seconds, outcomes };
  }
  const reported = days.length > 1 ? days.filter((day) => day !== TUNING_DAY) : days;
  const total = (key: string) => sumOf(reported.map((day) => perDay[day].outcomes[key]));
  const others = REACTIVE.slice(1).map((setting) => ({ setting: keyOf(setting), ...total(keyOf(setting)) }));
  const [ours, reactive] = [total("ours"), total(keyOf(REACTIVE[0]))];
  const best = [reactive, ...others].reduce((a, b) => (b.overloadMinutes < a.overloadMinutes ? b : a));
  return {
    ...ours,
    reactive,
    oracle: total("oracle"),
    noForecast: total("noForecast"),
    noAction: total("noAction"),
    reduction: shareLess(ours, reactive),
    reductionAgainstBestReactive: shareLess(ours, best),
    reactiveSettings: [{ setting: keyOf(REACTIVE[0]), ...reactive }, ...others],
    tuningDay: TUNING_DAY,
    days: Object.fromEntries(days.map((day) => [day, dayOf(perDay[day])])),
    use,
    decisionMinutes: minutes,
    seed,
  };
}

interface Figures {
  readonly overloadMinutes: number;
  readonly moves: number;
  readonly lostVmMinutes: number;
  readonly returns: number;
}

interface Day {
  readonly hosts: number;
  readonly vms: number;
  readonly seconds: number;
  readonly outcomes: Readonly<Record<string, Figures>>;
}

const keyOf = ({ threshold, selection }: ThresholdOptions): string => `${threshold} ${selection}`;

function policiesFor(oracle: DemandForecaster): (readonly [string, ReplayPolicy])[] {
  const device = openPlainDevice();
  const planned = (name: string, forecaster: DemandForecaster) =>
    [name, plannedPolicy({ name, device, forecaster, horizon: HORIZON })] as const;
  return [
    ["noAction", idlePolicy],
    ...REACTIVE.map((setting) => [keyOf(setting), thresholdPolicy(setting)] as const),
    planned("ours", levelForecaster(MEMORY)),
    planned("oracle", oracle),
    planned("noForecast", lastValue),
  ];
}

const tenth = (value: number): number => Math.round(value * 10) / 10;

const figuresOf = ({ overloadMinutes, moves, lostVmMinutes, returns }: ReplayOutcome): Figures => ({
  overloadMinutes: tenth(overloadMinutes),
  moves,
  lostVmMinutes: tenth(lostVmMinutes),
  returns,
});

const sumOf = (list: readonly Figures[]): Figures => ({
  overloadMinutes: tenth(list.reduce((sum, { overloadMinutes }) => sum + overloadMinutes, 0)),
  moves: list.reduce((sum, { moves }) => sum + moves, 0),
  lostVmMinutes: tenth(list.reduce((sum, { lostVmMinutes }) => sum + lostVmMinutes, 0)),
  returns: list.reduce((sum, { returns }) => sum + returns, 0),
});

/** Null where there was nothing to lower. */
const shareLess = (a: Figures, b: Figures): number | null =>
  b.overloadMinutes > 0 ? Math.round((1 - a.overloadMinutes / b.overloadMinutes) * 1000) / 1000 : null;

function dayOf({ hosts, vms, seconds, outcomes }: Day) {
  const { ours, oracle, noForecast, noAction } = outcomes;
  const reactive = outcomes[keyOf(REACTIVE[0])];
  return { hosts, vms, seconds, ...ours, reactive, oracle, noForecast, noAction, reduction: shareLess(ours, reactive) };
}
