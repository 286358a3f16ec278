import { createRandom } from "../../random";
import type { TrainingSet } from "../learning/trees";
import { FEATURES, writeFeatures } from "./features";
import type { RequestLog } from "./log";
import { WINDOW_MINUTES } from "./series";
import { type RequestSubject, viewOf } from "./subjects";
import { RequestTracker } from "./tracker";

/** Rows of subjects silent for so long are mostly alike: one in THIN of those without a request is kept, for THIN. */
const QUIET_WINDOWS = 36;
const USER_QUIET_WINDOWS = 6;
const THIN = 6;

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
  const tracker = new RequestTracker(log);
  tracker.advanceTo(to);
  const outcomes = new Uint8Array(subjects.length * (to - from));
  subjects.forEach((subject, row) => {
    const { windows } = viewOf(tracker, subject).own;
    for (let i = windows.below(from); i < windows.length && windows.at(i) < to; i++)
      outcomes[row * (to - from) + windows.at(i) - from] = 1;
  });
  return outcomes;
}

/** Rows to learn from: each subject in each window of the span, the quiet ones thinned out with weights. */
export function trainingRows(
  log: RequestLog,
  subjects: readonly RequestSubject[],
  span: Span,
  seed: number,
): TrainingRows {
  const outcomes = outcomesOf(log, subjects, span);
  const random = createRandom(seed, "thinning");
  const tracker = new RequestTracker(log);
  const columns = FEATURES.length;
  let values = new Float32Array(columns * 4096);
  const targets: number[] = [];
  const weights: number[] = [];
  for (let window = span.from; window < span.to; window++) {
    tracker.advanceTo(window);
    subjects.forEach((subject, row) => {
      const view = viewOf(tracker, subject);
      const outcome = outcomes[row * (span.to - span.from) + window - span.from];
      const quiet =
        window - view.own.lastWindow > QUIET_WINDOWS &&
        (subject.user === null || window - tracker.users[subject.user].lastWindow > USER_QUIET_WINDOWS);
      if (quiet && !outcome && random.integer(THIN) > 0) return;
      const at = targets.length * columns;
      if (at + columns > values.length) {
        const larger = new Float32Array(values.length * 2);
        larger.set(values);
        values = larger;
      }
      writeFeatures(view, values, at);
      targets.push(outcome);
      weights.push(quiet && !outcome ? THIN : 1);
    });
  }
  const rows = targets.length;
  return {
    features: { rows, columns, values: values.subarray(0, rows * columns) },
    targets: Uint8Array.from(targets),
    weights: Float64Array.from(weights),
  };
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
