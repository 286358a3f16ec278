import { parseArgs } from "node:util";
import {
  areaUnderCurve,
  averagePrecision,
  brierSkill,
  expectedCalibrationError,
  reliabilityBins,
} from "../engine/models/learning/metrics";
import {
  type RequestKey,
  type RequestLog,
  RequestForecaster,
  RequestTracker,
  activeSubjects,
  buildLog,
  fitRequests,
  idleHazard,
  outcomesOf,
  spanOf,
  viewOf,
} from "../engine/models/profile";
import { readProcessStarts } from "./requests/huji";
import { coldStarts } from "./requests/policy";
import { dataFolder } from "./support/data";
import { runPeer } from "./support/peer";

/** Learn from the first 69 % of the windows, as the peer does; the features need two days before the first row. */
const TRAINED_SHARE = 0.69;
const WARM_UP = 576;

/**
 * Claim: of process starts by user, and by user and application, the probability of one in the next five minutes is
 * better than LightGBM's on the peer's features, and fewer requests find nothing prepared at no more waste.
 * Method: the peer's entities (those with requests in 40, or 30, windows of the whole log), split, windows and scores.
 * Everything is fitted before the split; after it, the model walks forward and knows at each window what was before.
 * Cold share: requests' windows that weren't prepared where as many windows are prepared as a keep-alive of 10 minutes
 * does; wasted: prepared windows without a request, for each with one.
 */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: "string" },
      seed: { type: "string", default: "1" },
      "no-peer": { type: "boolean", default: false },
    },
  });
  const folder = await dataFolder(values.data);
  if (folder === null) return { skipped: "no data: set AFFINITY_DATA or --data" };
  const seed = Number(values.seed);
  const peer = values["no-peer"] ? Promise.resolve({ notRun: "--no-peer" }) : runPeer("requests", ["--data", folder]);
  const log = buildLog(await readProcessStarts(folder));
  const users = measure(log, "user", 40, seed);
  const pairs = measure(log, "user and application", 30, seed);
  return {
    bssUsers: users.bss,
    bssUserApps: pairs.bss,
    coldShare: users.coldShare,
    wasted: users.wasted,
    users,
    userApps: pairs,
    seed,
    baseline: await peer,
  };
}

function measure(log: RequestLog, key: RequestKey, minWindows: number, seed: number) {
  const { from, to } = spanOf(log);
  const whole = new RequestTracker(log, false);
  whole.advanceTo(to);
  const subjects = activeSubjects(whole, key, minWindows);
  const split = from + Math.floor(TRAINED_SHARE * (to - from));
  const started = performance.now();
  const model = fitRequests(log, {
    key,
    until: split,
    subjects,
    seed,
    onTree: (trees) => trees % 100 === 0 && process.stderr.write(`${key}: ${trees} trees\n`),
  });
  const fitSeconds = (performance.now() - started) / 1000;
  const learned = outcomesOf(log, subjects, { from: from + WARM_UP, to: split });
  const rate = learned.reduce((sum, value) => sum + value, 0) / learned.length;

  const n = subjects.length;
  const outcomes = new Uint8Array(n * (to - split));
  const bySubject = outcomesOf(log, subjects, { from: split, to });
  const predictions = new Float64Array(outcomes.length);
  const hazards = new Float64Array(outcomes.length);
  const idle = new Int32Array(outcomes.length);
  const forecaster = new RequestForecaster(model, log);
  let milliseconds = 0;
  for (let window = split; window < to; window++) {
    forecaster.update(window);
    const at = (window - split) * n;
    const since = performance.now();
    predictions.set(forecaster.predict(subjects), at);
    milliseconds += performance.now() - since;
    subjects.forEach((subject, i) => {
      const view = viewOf(forecaster.tracker, subject);
      outcomes[at + i] = bySubject[i * (to - split) + window - split];
      hazards[at + i] = idleHazard(view);
      idle[at + i] = view.own.windows.length > 0 ? window - 1 - view.own.lastWindow : 0x7fffffff;
    });
  }
  const asKeepAlive = idle.reduce((sum, windows) => sum + (windows < 2 ? 1 : 0), 0);
  return {
    entities: n,
    windows: to - from,
    testRows: outcomes.length,
    method: model.method,
    reason: model.reason,
    trees: model.trees?.trees.length ?? 0,
    trainingRows: model.header.samples,
    bss: round(brierSkill(predictions, outcomes, rate)),
    bssHistogram: round(brierSkill(hazards, outcomes, rate)),
    auc: round(areaUnderCurve(predictions, outcomes)),
    ap: round(averagePrecision(predictions, outcomes)),
    ece: round(expectedCalibrationError(predictions, outcomes)),
    eceByCount: round(expectedCalibrationError(predictions, outcomes, 10, "count")),
    reliability: reliabilityBins(predictions, outcomes),
    ...coldStarts(predictions, outcomes, asKeepAlive),
    histogram: coldStarts(hazards, outcomes, asKeepAlive),
    fitSeconds: round(fitSeconds),
    msPer1000Predictions: round((1000 * milliseconds) / outcomes.length),
  };
}

const round = (value: number) => Math.round(value * 10_000) / 10_000;
