/*
 * How well are hosts' failures within the next day and week foreseen from the failures that were?
 *
 * Data: Los Alamos' systems 18 and 20 (LA-UR-05-7318). At every midnight from the 60th day on (every third for the week)
 * each node is predicted from what had happened by then; the first 70 % of the days train, less those whose outcome
 * reaches into the rest. The peer is LightGBM on its own features (benchmark/peers/failures.py), same split, same rows.
 *
 * bss: Brier skill against the training part's base rate, with the model's `update` after every day: the level of the
 * probabilities follows the failures that were seen by then, nothing else is learned in the test period. `static` is the
 * same model without. `bss` and `ap` are means over the four tasks.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { HOST_FEATURES, HostFeatures } from "../engine/models/failure/host/features";
import { fitHostModel } from "../engine/models/failure/host/model";
import { HostPredictor, NO_DRIFT, updateDrift } from "../engine/models/failure/host/predict";
import { failsWithin, failureTimes } from "../engine/models/failure/host/rows";
import {
  areaUnderCurve,
  averagePrecision,
  brierSkill,
  expectedCalibrationError,
  meanOf,
  reliabilityBins,
} from "../engine/models/learning";
import { dataFolder } from "./support/data";
import { LANL_FILE, lanlSystem } from "./support/lanl";
import { runPeer } from "./support/peer";

const DAY = 86_400;
const FIRST_DAY = 60;
const SPLIT = 0.7;
const HORIZONS = [1, 7];

/** @param args `--data DIR`, `--seed N` (1), `--systems 18,20`, `--no-peer` */
export async function run(args: readonly string[]): Promise<Record<string, unknown>> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { data: text, seed: text, systems: text, "no-peer": { type: "boolean" } },
  });
  const folder = await dataFolder(values.data);
  if (!folder) return { skipped: "the data folder is absent" };
  const systems = (values.systems ?? "18,20").split(",").map(Number);
  const seed = Number(values.seed ?? 1);
  const tasks: Awaited<ReturnType<typeof measure>>[] = [];
  for (const system of systems) {
    for (const horizonDays of HORIZONS) {
      const task = await measure(folder, system, horizonDays, seed);
      process.stderr.write(`${JSON.stringify(task)}\n`);
      tasks.push(task);
    }
  }
  const baseline = values["no-peer"]
    ? { notRun: "--no-peer" }
    : await runPeer("failures", [join(folder, LANL_FILE), systems.join(","), HORIZONS.join(",")]);
  const mean = (pick: (task: (typeof tasks)[number]) => number) => meanOf(tasks.map(pick));
  return { seed, bss: mean((t) => t.bss), ap: mean((t) => t.ap), tasks, baseline };
}

async function measure(folder: string, system: number, horizonDays: number, seed: number) {
  const { log, start, days } = await lanlSystem(folder, system);
  const horizon = horizonDays * DAY;
  const step = horizonDays > 1 ? Math.max(1, Math.floor(horizonDays / 2)) : 1;
  const all: number[] = [];
  for (let day = FIRST_DAY; day < days - horizonDays + 1; day += step) all.push(start + day * DAY);
  const cut = all[Math.floor(all.length * SPLIT)];
  const instants = all.filter((time) => time < cut - horizon);
  const model = fitHostModel(log, { instants: () => instants, horizonsSeconds: [horizon], seed });
  if (!model) throw new RangeError(`system ${system} holds too few failures`);
  const [head] = model.heads;
  const predictor = new HostPredictor(head);
  const features = new HostFeatures(log);
  const times = failureTimes(log);
  const rows = log.places.length;
  const columns = HOST_FEATURES.length;
  const matrix = { rows, columns, values: new Float32Array(rows * columns) };
  const trained = instants.map((time) => times.filter((list) => failsWithin(list, time, time + horizon)).length);
  const baseRate = meanOf(trained) / rows;

  const updating: number[] = [];
  const still: number[] = [];
  const outcomes: number[] = [];
  const open: { at: number; foreseen: Float64Array; failed: number[] }[] = [];
  let drift = head.drift;
  for (const time of all.filter((instant) => instant >= cut)) {
    while (open.length && open[0].at + horizon <= time) {
      const { at, foreseen, failed } = open.shift()!;
      drift = updateDrift(drift, at, foreseen, failed);
    }
    features.advance(time);
    features.write(time, matrix.values);
    const foreseen = predictor.predict(matrix, NO_DRIFT);
    const failed = times.map((list) => (failsWithin(list, time, time + horizon) ? 1 : 0));
    open.push({ at: time, foreseen, failed });
    still.push(...foreseen);
    updating.push(...predictor.predict(matrix, drift));
    outcomes.push(...failed);
  }
  const figures = (p: readonly number[]) => ({
    bss: brierSkill(p, outcomes, baseRate),
    ap: averagePrecision(p, outcomes),
    auc: areaUnderCurve(p, outcomes),
    ece: expectedCalibrationError(p, outcomes),
    eceByCount: expectedCalibrationError(p, outcomes, 10, "count"),
    reliability: reliabilityBins(p, outcomes),
  });
  return {
    ...{ system, horizonDays, rows: outcomes.length, failed: outcomes.reduce((sum, y) => sum + y, 0), baseRate },
    ...figures(updating),
    static: figures(still),
    heldOut: model.skill?.value ?? null,
    trees: head.trees.trees.length,
  };
}
