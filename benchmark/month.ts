import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { temporaryFolder } from "../test/testbed";
import { readUsage, traceFile } from "./forecast/data";
import type { ReactiveOptions } from "./month/react";
import { type MonthPolicy, runMonth } from "./month/run-month";
import { makeScenario, type Scenario, STEP } from "./month/scenario";
import { meanOutcome, type MonthOutcome } from "./month/tally";

/**
 * What operators set: VMs leave a host above 80 % of its CPU, and one whose alarms stand: disk latency above 20 ms (VMware's
 * advice is to look into more than that), three network errors a sample.
 */
const REACTIVE: ReactiveOptions = {
  threshold: 0.8,
  selection: "minimumMigrationTime",
  alarms: { latencyMs: 20, errors: 3 },
};

/**
 * Question: does `apply` every quarter of an hour lose fewer VM-minutes and leave fewer overload minutes than doing nothing
 * and than a reactive policy does, with few moves, and does it move anything back and forth?
 * Method: thirty days of a simulated cluster (month/cluster.ts) in simulated time, after two weeks of telemetry. Demand
 * follows days and weeks, with bursts and lasting changes; hosts decline and fail, fail without a sign, fail again, raise
 * false alarms, and racks fail as a whole (month/troubles.ts, which shares nothing with the models). HA restarts what it has
 * room for, within minutes; the rest stays lost until a host is back. `apply` is the product's own plan of a schedule with
 * its defaults, its waves, its moves and its log; inventory, telemetry, vMotions and clock are the simulation's. It knows
 * what Telegraf would have written by then. `noAction`: HA alone. `reactive`: REACTIVE; `reactiveCpu`: the same without
 * alarms. All four meet the same demand and the same troubles. Seeds below 100 are for reports; what is
 * tried is tried on seeds from 100 on.
 * @param args `--seed 1 --seeds 1 --days 30 --hosts 8 --vms 80 --use 0.4 --minutes 15 --failures 0.02 --data DIR --plan JSON`
 */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: "string", default: "1" },
      seeds: { type: "string", default: "1" },
      days: { type: "string", default: "30" },
      hosts: { type: "string", default: "8" },
      vms: { type: "string", default: "80" },
      use: { type: "string", default: "0.4" },
      minutes: { type: "string", default: "15" },
      failures: { type: "string", default: "0.02" },
      data: { type: "string" },
      plan: { type: "string", default: "{}" },
    },
  });
  const [first, count, days, hosts, vms] = [values.seed, values.seeds, values.days, values.hosts, values.vms].map(
    Number,
  );
  const [use, minutes, failuresPerDay] = [values.use, values.minutes, values.failures].map(Number);
  const plan = JSON.parse(values.plan) as Record<string, unknown>;
  const recorded = values.data === undefined ? undefined : await recordedCpu(values.data);
  const folder = await mkdtemp(join(await temporaryFolder(), "month-"));
  const seeds: Record<string, SeedFigures> = {};
  try {
    for (let seed = first; seed < first + count; seed++) {
      const scenario = makeScenario({ seed, days, hosts, vms, use, failuresPerDay, recorded });
      const journal = join(folder, `${seed}.duckdb`);
      seeds[seed] = await figuresOf(scenario, { kind: "apply", journal, plan }, Math.round((minutes * 60) / STEP));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const mean = (of: (figures: SeedFigures) => MonthOutcome) => meanOutcome(Object.values(seeds).map(of));
  return {
    ...mean(({ apply }) => apply),
    noAction: mean(({ noAction }) => noAction),
    reactive: mean(({ reactive }) => reactive),
    reactiveCpu: mean(({ reactiveCpu }) => reactiveCpu),
    seeds,
    ...{ days, hosts, vms, use, minutes, failuresPerDay, demand: recorded ? "recorded" : "synthetic" },
  };
}

interface SeedFigures {
  readonly troubles: Readonly<Record<string, number>>;
  readonly noAction: MonthOutcome;
  readonly reactive: MonthOutcome;
  readonly reactiveCpu: MonthOutcome;
  readonly apply: MonthOutcome;
}

async function figuresOf(scenario: Scenario, apply: MonthPolicy, every: number): Promise<SeedFigures> {
  const played = async (name: string, policy: MonthPolicy): Promise<MonthOutcome> => {
    const before = process.cpuUsage();
    const outcome = await runMonth(scenario, policy, every);
    const seconds = process.cpuUsage(before).user / 1e6;
    process.stderr.write(`seed ${scenario.seed} ${name}: ${JSON.stringify(outcome)} ${seconds.toFixed(1)} s of CPU\n`);
    return outcome;
  };
  const troubles: Record<string, number> = {};
  for (const { kind } of scenario.troubles) troubles[kind] = (troubles[kind] ?? 0) + 1;
  process.stderr.write(`seed ${scenario.seed}: ${JSON.stringify(troubles)}\n`);
  return {
    troubles,
    noAction: await played("noAction", { kind: "none" }),
    reactive: await played("reactive", { kind: "reactive", options: REACTIVE }),
    reactiveCpu: await played("reactiveCpu", { kind: "reactive", options: { ...REACTIVE, alarms: null } }),
    apply: await played("apply", apply),
  };
}

/** Bitbrains' VMs, from a data folder. @throws Error where it has none */
async function recordedCpu(folder: string): Promise<Float64Array[]> {
  const file = traceFile(folder);
  if (!file) throw new Error(`${folder} holds no Bitbrains trace`);
  return (await readUsage(file)).map(({ values }) => values);
}
