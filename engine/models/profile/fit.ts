import { fitBeta } from "../learning/calibration";
import { type BoostingOptions, Forest } from "../learning/trees";
import { FEATURES } from "./features";
import type { RequestLog } from "./log";
import { REQUEST_MODEL, REQUEST_MODEL_VERSION, type RequestModel } from "./model";
import type { RequestKey } from "./record";
import { REQUEST_BOOSTING, growRequestTrees, requestProbabilities } from "./request-trees";
import { type RequestSubject, activeSubjects } from "./subjects";
import { RequestTracker } from "./tracker";
import { type Span, MAX_ROWS, type TrainingRows, joined, spanOf, trainingRows } from "./training-rows";

export interface RequestFit {
  readonly key: RequestKey;
  /** Window that learning ends before; the log's end where absent. */
  readonly until?: number;
  /** Whose requests to learn from; by default those with requests in MIN_WINDOWS windows before `until`. */
  readonly subjects?: readonly RequestSubject[];
  readonly seed?: number;
  /** Rows to learn from at most: of more, an even part with weights. */
  readonly maxRows?: number;
  readonly boosting?: Partial<BoostingOptions>;
  /** Called with the number of trees grown so far: of the trial, and again of all rows. */
  readonly onTree?: (trees: number) => void;
  readonly signal?: AbortSignal;
}

const DAY = 288;
/** Days of which the features are made before there are rows to learn from. */
const WARM_UP = 2 * DAY;
const MIN_SPAN = 2 * DAY;
const MIN_WINDOWS = 10;
/** Rows with a request that the trees need, in the newest part too. */
const MIN_REQUESTS = 100;
/** Share of the windows, the newest, that skill, calibration and the number of trees are measured on. */
const HELD_OUT = 0.2;

/** Trees of a forest that is grown again on all rows, where so many served on the older part. */
const more = (count: number): number => Math.max(1, Math.ceil(count / Math.sqrt(1 - HELD_OUT)));

/** As many trees as a fit grows at most: two forests for the trial, and two on all rows. */
export const MOST_REQUEST_TREES = 2 * (REQUEST_BOOSTING.trees + more(REQUEST_BOOSTING.trees));

/**
 * Learns from a history how likely a request in the next window is. The newest fifth of it says how many trees, how to
 * calibrate, and whether they beat the idle-time histogram (Shahrad et al., USENIX ATC 2020); the trees are then grown
 * again on all of it. Where the history is short or the trees are no better, the histogram answers, and the file says so.
 */
export function fitRequests(log: RequestLog, fit: RequestFit): RequestModel {
  const { key, seed = 1, maxRows = MAX_ROWS } = fit;
  const whole = spanOf(log);
  const until = fit.until ?? whole.to;
  const tracker = new RequestTracker(log, false);
  tracker.advanceTo(until);
  const subjects = fit.subjects ?? activeSubjects(tracker, key, MIN_WINDOWS);
  const span: Span = { from: whole.from + WARM_UP, to: until };
  const trainedUntil = Math.max(0, tracker.all.lastMinute * 60);
  const model = (
    samples: number,
    rest: Omit<RequestModel, "header" | "key">,
    skill: RequestModel["header"]["skill"],
  ) => ({
    header: { model: REQUEST_MODEL, version: REQUEST_MODEL_VERSION, trainedUntil, samples, skill },
    key,
    ...rest,
  });
  const histogram = (reason: string, samples = 0, skill: RequestModel["header"]["skill"] = null): RequestModel =>
    model(samples, { method: "idle-time histogram", reason, trees: null, calibration: null }, skill);

  if (span.to - span.from < MIN_SPAN) return histogram("less than 4 days of history");
  if (subjects.length === 0) return histogram(`no ${key} has requests in ${MIN_WINDOWS} windows`);
  const split = span.to - Math.round(HELD_OUT * (span.to - span.from));
  const older = trainingRows(log, subjects, { from: span.from, to: split }, seed, maxRows * (1 - HELD_OUT));
  const newer = trainingRows(log, subjects, { from: split, to: span.to }, seed, maxRows * HELD_OUT);
  if (Math.min(requests(older), requests(newer)) < MIN_REQUESTS) return histogram("too few requests to learn from");

  const options = { ...REQUEST_BOOSTING, ...fit.boosting, seed };
  let grown = 0;
  const run = { options, onTree: () => fit.onTree?.(++grown), signal: fit.signal };
  const trial = growRequestTrees(older, { ...run, validation: newer });
  const predictions = requestProbabilities(new Forest(trial.trees), newer.features);
  const calibration = fitBeta(predictions, newer.targets, 1, newer.weights);
  const hazards = newer.features.values.filter((_, i) => i % FEATURES.length === HAZARD);
  const skill = {
    measure: "Brier skill score",
    value: weightedSkill(predictions, newer),
    baseline: { name: "idle-time histogram", value: weightedSkill(hazards, newer) },
  };
  const samples = older.features.rows + newer.features.rows;
  if (!(skill.value > skill.baseline.value)) {
    return histogram("the trees are no better than the idle-time histogram on held-out history", samples, skill);
  }
  const [plain, correcting] = trial.counts;
  const { trees } = growRequestTrees(joined([older, newer]), run, [more(plain), more(correcting)]);
  const reason = `Brier skill ${skill.value.toFixed(3)} on held-out history, the histogram's ${skill.baseline.value.toFixed(3)}`;
  return model(samples, { method: "boosted trees", reason, trees, calibration }, skill);
}

const HAZARD = FEATURES.indexOf("hazard");

const requests = ({ targets }: TrainingRows) => targets.reduce((sum, value) => sum + value, 0);

/** Brier skill over the share of windows with a request, each row by its weight. */
function weightedSkill(predictions: ArrayLike<number>, { targets, weights }: TrainingRows): number {
  let [rows, hits] = [0, 0];
  for (let i = 0; i < targets.length; i++) {
    rows += weights[i];
    hits += weights[i] * targets[i];
  }
  let [error, constant] = [0, 0];
  for (let i = 0; i < targets.length; i++) {
    error += weights[i] * (predictions[i] - targets[i]) ** 2;
    constant += weights[i] * (hits / rows - targets[i]) ** 2;
  }
  return 1 - error / constant;
}
