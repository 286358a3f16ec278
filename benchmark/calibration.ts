/*
 * Do the probabilities that the planner reads come true as often as they say?
 *
 * Each on data that its model had not seen: failure of hosts within a day and a week (LANL, newest 30 % of two systems),
 * of pairs of hosts within the hour (Grid5000, newest 30 %), requests in the next five minutes (HUJI, newest 31 %) — the
 * splits of the benchmarks of the same models — and contention of hosts a day ahead (Bitbrains, newest 40 %; seasonal
 * baseline and trained forecaster). ece: |frequency - mean probability| over ten bins of equal width, weighted by rows;
 * `eceByCount` the same over ten bins of equal numbers of rows, which tell more where nearly all probabilities are small.
 * The benchmark's own `ece` is the worst of all.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  brierScore,
  expectedCalibrationError,
  meanOf,
  type ReliabilityBin,
  reliabilityBins,
} from "../engine/models/learning";
import { contention, type Said } from "./calibration/contention";
import * as failures from "./failures";
import * as failuresCorrelated from "./failures-correlated";
import { readUsage, traceFile } from "./forecast/data";
import * as requests from "./requests";
import { dataFolder } from "./support/data";

interface Calibrated {
  readonly ece: number;
  readonly reliability?: readonly ReliabilityBin[];
  readonly [figure: string]: unknown;
}

type Figures = Record<string, Calibrated>;
type Part = (folder: string, seed: number) => Promise<Figures>;

const PARTS: Record<string, Part> = {
  contention: async (folder, seed): Promise<Figures> => {
    const path = traceFile(folder);
    if (path === null) return {};
    const usage = await readUsage(path);
    const work = await mkdtemp(join(tmpdir(), "calibration-"));
    try {
      const baseline = judge(await contention(usage, seed, null));
      const trained = judge(await contention(usage, seed, work));
      return { "contention, seasonal baseline": baseline, "contention, trained forecaster": trained };
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  },
  hosts: async (folder, seed) => {
    const result = await failures.run(["--data", folder, "--seed", String(seed), "--no-peer"]);
    const tasks = (result.tasks ?? []) as { system: number; horizonDays: number; ece: number }[];
    return Object.fromEntries(
      tasks.map((task) => [`failure of hosts, system ${task.system}, ${task.horizonDays} d`, figuresOf(task)]),
    );
  },
  pairs: async (folder, seed): Promise<Figures> => {
    const result = await failuresCorrelated.run(["--data", folder, "--seed", String(seed), "--no-peer"]);
    return typeof result.ece === "number" ? { "failure of pairs": figuresOf(result as { ece: number }) } : {};
  },
  requests: async (folder, seed): Promise<Figures> => {
    const result = await requests.run(["--data", folder, "--seed", String(seed), "--no-peer"]);
    const { users, userApps } = result as Record<string, { ece: number } | undefined>;
    return users && userApps
      ? { "requests of users": figuresOf(users), "requests of users and applications": figuresOf(userApps) }
      : {};
  },
};

/** @param args `--data DIR`, `--seed N` (1), `--only contention,hosts,pairs,requests` */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ args, options: { data: text, seed: text, only: text } });
  const folder = await dataFolder(values.data);
  if (folder === null) return { skipped: "the data folder is absent" };
  const seed = Number(values.seed ?? 1);
  const names = values.only?.split(",") ?? Object.keys(PARTS);
  const models: Record<string, Calibrated> = {};
  const notRun: Record<string, string> = {};
  for (const name of names) {
    const part = PARTS[name];
    if (!part) throw new RangeError(`--only knows ${Object.keys(PARTS).join(", ")}, not ${name}`);
    const found = await part(folder, seed).catch((error: NodeJS.ErrnoException) => {
      // A data folder may hold some of the data only.
      if (error.code !== "ENOENT") throw error;
      return {};
    });
    if (Object.keys(found).length === 0) notRun[name] = "its data are absent";
    for (const [model, figures] of Object.entries(found)) {
      process.stderr.write(`${model}: ece ${figures.ece.toFixed(4)}\n`);
      models[model] = figures;
    }
  }
  const ece = Math.max(...Object.values(models).map((figures) => figures.ece));
  return { seed, ece: Number.isFinite(ece) ? ece : null, target: 0.02, models, notRun };
}

function judge({ probabilities, outcomes }: Said): Calibrated {
  const rate = meanOf(outcomes);
  const constant = brierScore(new Float64Array(outcomes.length).fill(rate), outcomes);
  return {
    rows: outcomes.length,
    frequency: rate,
    skill: 1 - brierScore(probabilities, outcomes) / constant,
    ece: expectedCalibrationError(probabilities, outcomes),
    eceByCount: expectedCalibrationError(probabilities, outcomes, 10, "count"),
    reliability: reliabilityBins(probabilities, outcomes, 10, "width"),
  };
}

/** What the model's own benchmark says of its calibration. */
function figuresOf(figures: { readonly ece: number; readonly [figure: string]: unknown }): Calibrated {
  const { ece, eceByCount, reliability } = figures as Calibrated;
  return { ece, eceByCount, reliability };
}
