import { z } from "zod";
import type { FeatureMatrix } from "../../learning";
import type { OutcomeRows } from "../sampled-rows";
import { ALL_DAYS, GROUP_DAYS, HOST_FEATURES, KINDS, KIND_DAYS, NEAR_DAYS, OWN_DAYS } from "./features";

/*
 * Failures come at a rate that is a sum: what hosts fail at anyway, and what every past failure of the host, its
 * neighbours and its group adds for as long as it is felt (a self-exciting process; Hawkes 1971). A line and trees on the
 * log odds multiply instead, and overshoot where several such causes meet.
 */

/** Something that adds to the rate, as the columns of HOST_FEATURES that it is read from. */
interface Term {
  /** The first is named as the reason. */
  readonly columns: readonly number[];
  /** Columns hold the log of a rate, all of them together, or of one and (so many times) a count. */
  readonly of: "rate" | { readonly countTimes: number };
}

const column = (name: string) => {
  const at = HOST_FEATURES.indexOf(name);
  if (at < 0) throw new RangeError(`no feature is called ${name}`);
  return at;
};
const rate = (...names: string[]): Term => ({ columns: names.map(column), of: "rate" });
const count = (name: string, countTimes: number): Term => ({ columns: [column(name)], of: { countTimes } });

const TERMS: readonly Term[] = [
  rate(),
  rate("rate of all hosts"),
  ...ALL_DAYS.filter((days) => days >= 7).map((days) =>
    rate(`failures of all hosts, decay ${days} d`, "rate of all hosts"),
  ),
  rate("own rate against all", "rate of all hosts"),
  rate("own rate against all", "failures of all hosts, decay 30 d", "rate of all hosts"),
  rate("rate in its place of other groups", "rate of all hosts"),
  ...OWN_DAYS.map((days) => count(`own failures, decay ${days} d`, 4)),
  ...KINDS.flatMap(({ name }) => KIND_DAYS.map((days) => count(`own ${name} failures, decay ${days} d`, 4))),
  ...NEAR_DAYS.map((days) => count(`neighbours' failures, decay ${days} d`, 1)),
  ...GROUP_DAYS.map((days) => rate(`failures in its group, decay ${days} d`, "rate of all hosts")),
];

export const intensitySchema = z.strictObject({
  weight: z.array(z.number().nonnegative()).length(TERMS.length).describe("Failures that a unit of each term adds"),
  mean: z.array(z.number().nonnegative()).length(TERMS.length).describe("What each term added on the mean"),
});
export type Intensity = z.infer<typeof intensitySchema>;

/** Steps of the fit; more fit the training closer and what comes after it no better. */
const STEPS = 100;
/** No host is without any risk. */
const LEAST = 1e-7;

/**
 * Weights of what adds to the rate, none negative: a host fails within the horizon with 1 - exp(-sum of weight × term).
 * Maximum likelihood by expectation and maximisation: each failure is shared out among the terms that may have brought
 * it (as in Lewis and Mohler 2011), from an even start.
 */
export function fitIntensity({ features, targets, weights }: OutcomeRows): Intensity {
  const { rows } = features;
  const n = TERMS.length;
  const x = new Float64Array(rows * n);
  const total = new Float64Array(n);
  let failures = 0;
  let weighed = 0;
  for (let row = 0; row < rows; row++) {
    writeTerms(features, row, x, row * n);
    for (let k = 0; k < n; k++) total[k] += weights[row] * x[row * n + k];
    failures += weights[row] * targets[row];
    weighed += weights[row];
  }
  const weight = total.map((sum) => (sum > 0 ? failures / sum / n : 0));
  const failed = Array.from(targets.keys()).filter((row) => targets[row] === 1);
  const share = new Float64Array(n);
  for (let step = 0; step < STEPS; step++) {
    share.fill(0);
    for (const row of failed) {
      let sum = LEAST;
      for (let k = 0; k < n; k++) sum += weight[k] * x[row * n + k];
      const each = weights[row] / -Math.expm1(-sum);
      for (let k = 0; k < n; k++) share[k] += each * x[row * n + k];
    }
    for (let k = 0; k < n; k++) if (total[k] > 0) weight[k] *= share[k] / total[k];
  }
  return { weight: [...weight], mean: Array.from(weight, (value, k) => (value * total[k]) / weighed) };
}

/** Log odds of a failure within the horizon, by row. */
export function intensityScores({ weight }: Intensity, features: FeatureMatrix): Float64Array {
  const terms = new Float64Array(TERMS.length);
  return Float64Array.from({ length: features.rows }, (_, row) => {
    writeTerms(features, row, terms, 0);
    let sum = LEAST;
    for (let k = 0; k < terms.length; k++) sum += weight[k] * terms[k];
    // p = 1 - exp(-sum), and p / (1 - p) = exp(sum) - 1.
    return Math.log(Math.expm1(sum));
  });
}

/** By column of HOST_FEATURES, what it moved the log of the rate by against the mean host of the training. */
export function intensityContributions({ weight, mean }: Intensity, row: Float32Array): Float64Array {
  const terms = new Float64Array(TERMS.length);
  writeTerms({ rows: 1, columns: row.length, values: row }, 0, terms, 0);
  const sum = terms.reduce((whole, term, k) => whole + weight[k] * term, LEAST);
  const moved = new Float64Array(HOST_FEATURES.length);
  TERMS.forEach(({ columns }, k) => {
    if (columns.length > 0) moved[columns[0]] += Math.log(sum / (sum - weight[k] * terms[k] + mean[k] + LEAST));
  });
  return moved;
}

function writeTerms({ columns, values }: FeatureMatrix, row: number, into: Float64Array, at: number): void {
  for (let k = 0; k < TERMS.length; k++) {
    const term = TERMS[k];
    let logs = 0;
    for (const c of term.columns) logs += values[row * columns + c];
    into[at + k] = term.of === "rate" ? Math.exp(logs) : Math.expm1(logs) / term.of.countTimes;
  }
}
