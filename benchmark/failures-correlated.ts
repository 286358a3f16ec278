/*
 * How well is it foreseen which hosts fail within the hour after another did?
 *
 * Data: Grid5000's outages of at least ten minutes (Failure Trace Archive), 1,288 nodes. The first 70 % of the time
 * train; 1,500 failures of the rest are drawn, and for each all pairs (i, j) are predicted from what had happened by
 * then. The peer is LightGBM on its own features (benchmark/peers/failures-correlated.py), given the same events in the
 * same order, 5,000 of the training failures, and the same test failures.
 *
 * skill is that of the log loss against the test's base rate. pairsPerSecond: one thread; features made before, as the
 * peer's (two threads) is measured. wholePairsPerSecond: features included.
 */
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { fitPairModel, PairPredictor } from "../engine/models/failure/correlation/model";
import { PAIR_FEATURES, PairFeatures } from "../engine/models/failure/correlation/features";
import { followers } from "../engine/models/failure/correlation/rows";
import type { HostEventLog } from "../engine/models/failure/events";
import {
  areaUnderCurve,
  averagePrecision,
  expectedCalibrationError,
  logLossSkill,
  reliabilityBins,
} from "../engine/models/learning";
import { createRandom } from "../engine/random";
import { dataFolder } from "./support/data";
import { grid5000 } from "./support/grid5000";
import { runPeer } from "./support/peer";

const WINDOW = 3600;
const SPLIT = 0.7;
/** History that the first training failure has behind it. */
const WARM_UP = 30 * 86_400;

/** @param args `--data DIR`, `--seed N` (1), `--events N` test failures (1500), `--no-peer` */
export async function run(args: readonly string[]): Promise<Record<string, unknown>> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { data: text, seed: text, events: text, "no-peer": { type: "boolean" } },
  });
  const folder = await dataFolder(values.data);
  if (!folder) return { skipped: "the data folder is absent" };
  const seed = Number(values.seed ?? 1);
  const log = await grid5000(folder, seed);
  const start = log.at[0];
  const end = log.at[log.at.length - 1];
  const cut = start + (end - start) * SPLIT;
  const random = createRandom(seed, "events");
  const draw = (from: number, to: number, count: number) => {
    const found = Array.from(log.at.keys()).filter((k) => log.at[k] >= from && log.at[k] < to);
    return random
      .shuffle(found)
      .slice(0, count)
      .sort((a, b) => a - b);
  };
  const test = draw(cut, end - WINDOW, Number(values.events ?? 1500));
  const train = draw(start + WARM_UP, cut - WINDOW, 5000);

  const fitStart = performance.now();
  const model = fitPairModel(log, { windowSeconds: WINDOW, from: start + WARM_UP, until: cut, seed });
  if (!model) return { skipped: "too few failures to learn from" };
  const fitSeconds = (performance.now() - fitStart) / 1000;
  const own = evaluate(log, test, model);
  const baseline = values["no-peer"] ? { notRun: "--no-peer" } : await peer(log, train, test);
  return {
    seed,
    ...own,
    fitSeconds: Math.round(fitSeconds),
    trees: model.trees.trees.length,
    heldOut: model.skill,
    baseline,
  };
}

function evaluate(log: HostEventLog, test: readonly number[], model: NonNullable<ReturnType<typeof fitPairModel>>) {
  const hosts = log.places.length;
  const columns = PAIR_FEATURES.length;
  const predictor = new PairPredictor(model, log);
  const features = new PairFeatures(log, WINDOW);
  const rows = new Float32Array(hosts * columns);
  const p = new Float64Array(hosts);
  const followed = new Uint8Array(hosts);
  const probabilities = new Float64Array(test.length * (hosts - 1));
  const outcomes = new Uint8Array(probabilities.length);
  let predictMs = 0;
  let wholeMs = 0;
  let n = 0;
  for (const event of test) {
    // What happened since the last event drawn: bookkeeping that a running system does as events come in.
    features.advance(event);
    const begin = performance.now();
    features.write(rows);
    const made = performance.now();
    predictor.predict(rows, hosts, p);
    const done = performance.now();
    predictMs += done - made;
    wholeMs += done - begin;
    followers(log, event, WINDOW, followed);
    for (let j = 0; j < hosts; j++) {
      if (j === log.host[event]) continue;
      probabilities[n] = p[j];
      outcomes[n++] = followed[j];
    }
  }
  return {
    pairs: n,
    followed: outcomes.reduce((sum, y) => sum + y, 0),
    ap: averagePrecision(probabilities, outcomes),
    auc: areaUnderCurve(probabilities, outcomes),
    skill: logLossSkill(probabilities, outcomes),
    ece: expectedCalibrationError(probabilities, outcomes),
    eceByCount: expectedCalibrationError(probabilities, outcomes, 10, "count"),
    reliability: reliabilityBins(probabilities, outcomes),
    pairsPerSecond: Math.round((test.length * hosts * 1000) / predictMs),
    wholePairsPerSecond: Math.round((test.length * hosts * 1000) / wholeMs),
  };
}

async function peer(log: HostEventLog, train: readonly number[], test: readonly number[]) {
  const file = join(tmpdir(), `failures-correlated-${process.pid}.json`);
  const hours = (times: Float64Array) => Array.from(times, (time) => (time - log.at[0]) / 3600);
  await writeFile(
    file,
    JSON.stringify({
      hosts: log.places.map(({ group, site, number }) => ({ group, site, number })),
      ...{ host: [...log.host], hours: hours(log.at), until: hours(log.until), train, test, window: WINDOW / 3600 },
    }),
  );
  try {
    return await runPeer("failures-correlated", [file]);
  } finally {
    await rm(file, { force: true });
  }
}
