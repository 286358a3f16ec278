import { createRandom } from "../../random";
import type { TrainingSet } from "../learning/trees";
import { FEATURES, type Subject, writeFeatures } from "./features";
import type { RequestLog } from "./log";
import { WINDOW_MINUTES } from "./series";
import { type RequestSubject, viewOf } from "./subjects";
import { RequestTracker } from "./tracker";

/** Rows of subjects silent for so long are mostly alike: one in six of those without a request is kept, and weighs six. */
const QUIET_WINDOWS = 36;
const USER_QUIET_WINDOWS = 6;
const QUIET_KEPT = 1 / 6;
/** Rows to learn from at most, of which so many may be quiet ones: more take time and teach little. */
export const MAX_ROWS = 200_000;
const QUIET_SHARE = 0.4;

export interface TrainingRows extends TrainingSet {
  readonly targets: Uint8Array;
  readonly weights: Float64Array;
}

export interface Span {
  /** First window, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

/** Which windows of [from, to) saw a request of the subject: row-major [subject][window]. */
export function outcomesOf(log: RequestLog, subjects: readonly RequestSubject[], { from, to }: Span): Uint8Array {
  const tracker = new RequestTracker(log, false);
  tracker.advanceTo(to);
  const outcomes = new Uint8Array(subjects.length * (to - from));
  subjects.forEach((subject, row) => {
    const { windows } = viewOf(tracker, subject).own;
    for (let i = windows.below(from); i < windows.length && windows.at(i) < to; i++)
      outcomes[row * (to - from) + windows.at(i) - from] = 1;
  });
  return outcomes;
}

/**
 * Rows to learn from: each subject in each window of the span, thinned out evenly where there are many, and more where
 * it is quiet. Weights keep the frequencies what they were.
 */
export function trainingRows(
  log: RequestLog,
  subjects: readonly RequestSubject[],
  span: Span,
  seed: number,
  maxRows = MAX_ROWS,
): TrainingRows {
  const outcomes = outcomesOf(log, subjects, span);
  const isQuiet = (view: Subject, outcome: number) =>
    outcome === 0 &&
    view.window - view.own.lastWindow > QUIET_WINDOWS &&
    (view.user === null || view.window - view.tracker.users[view.user].lastWindow > USER_QUIET_WINDOWS);
  let quiet = 0;
  walk(log, subjects, span, false, (view, row) => void (quiet += isQuiet(view, outcomes[row]) ? 1 : 0));
  const keepQuiet = Math.min(QUIET_KEPT, (QUIET_SHARE * maxRows) / quiet);
  const keepOther = Math.min(1, (maxRows - keepQuiet * quiet) / (outcomes.length - quiet));

  const random = createRandom(seed, "thinning");
  const columns = FEATURES.length;
  let values = new Float32Array(columns * 4096);
  const targets: number[] = [];
  const weights: number[] = [];
  walk(log, subjects, span, true, (view, row) => {
    const keep = isQuiet(view, outcomes[row]) ? keepQuiet : keepOther;
    if (keep < 1 && random.uniform() >= keep) return;
    const at = targets.length * columns;
    if (at + columns > values.length) {
      const larger = new Float32Array(values.length * 2);
      larger.set(values);
      values = larger;
    }
    writeFeatures(view, values, at);
    targets.push(outcomes[row]);
    weights.push(1 / keep);
  });
  const rows = targets.length;
  return {
    features: { rows, columns, values: values.subarray(0, rows * columns) },
    targets: Uint8Array.from(targets),
    weights: Float64Array.from(weights),
  };
}

/** Calls `visit` with each subject as of the start of each window, and its place in the outcomes. */
function walk(
  log: RequestLog,
  subjects: readonly RequestSubject[],
  { from, to }: Span,
  withContexts: boolean,
  visit: (view: Subject, row: number) => void,
): void {
  const tracker = new RequestTracker(log, withContexts);
  for (let window = from; window < to; window++) {
    tracker.advanceTo(window);
    subjects.forEach((subject, i) => visit(viewOf(tracker, subject), i * (to - from) + window - from));
  }
}

/** The rows of several sets, one behind another. */
export function joined(sets: readonly TrainingRows[]): TrainingRows {
  const rows = sets.reduce((sum, { targets }) => sum + targets.length, 0);
  const columns = FEATURES.length;
  const values = new Float32Array(rows * columns);
  const targets = new Uint8Array(rows);
  const weights = new Float64Array(rows);
  let at = 0;
  for (const set of sets) {
    values.set(set.features.values, at * columns);
    targets.set(set.targets, at);
    weights.set(set.weights, at);
    at += set.targets.length;
  }
  return { features: { rows, columns, values }, targets, weights };
}

/** Windows of a whole log: the first with a request, and the one after the last. */
export function spanOf(log: RequestLog): Span {
  const n = log.start.length;
  if (n === 0) return { from: 0, to: 0 };
  return { from: Math.floor(log.start[0] / WINDOW_MINUTES), to: Math.floor(log.start[n - 1] / WINDOW_MINUTES) + 1 };
}
