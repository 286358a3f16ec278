import { z } from "zod";
import type { TrainingSet } from "../trees/matrix";

/** Logistic regression on standardised columns; part of the files of the models that rest on it. */
export const logisticSchema = z.strictObject({
  intercept: z.number(),
  mean: z.array(z.number()),
  deviation: z.array(z.number().positive()),
  weight: z.array(z.number()),
});
export type LogisticRegression = z.infer<typeof logisticSchema>;

const STEPS = 25;

/**
 * Logistic regression with an L2 penalty on all but the intercept, by Newton's method with halved steps where a full
 * one overshoots. A missing value counts as the column's mean.
 * @param l2 pull of the weights (of standardised columns) to 0, in rows
 */
export function fitLogistic(train: TrainingSet, l2: number): LogisticRegression {
  const { rows, columns } = train.features;
  const { mean, deviation } = standardise(train);
  const k = columns + 1;
  let beta = new Float64Array(k);
  beta[0] = baseLogOdds(train);
  const x = new Float64Array(k);
  const load = (row: number) => {
    x[0] = 1;
    let score = beta[0] + (train.offsets ? train.offsets[row] : 0);
    for (let c = 0; c < columns; c++) {
      const value = train.features.values[row * columns + c];
      x[c + 1] = Number.isNaN(value) ? 0 : (value - mean[c]) / deviation[c];
      score += beta[c + 1] * x[c + 1];
    }
    return score;
  };
  const objective = () => {
    let loss = 0;
    for (let c = 1; c < k; c++) loss += (l2 / 2) * beta[c] ** 2;
    for (let row = 0; row < rows; row++) {
      const score = load(row);
      const softplus = score > 0 ? score + Math.log1p(Math.exp(-score)) : Math.log1p(Math.exp(score));
      loss += (train.weights ? train.weights[row] : 1) * (softplus - train.targets[row] * score);
    }
    return loss;
  };
  let loss = objective();
  for (let step = 0; step < STEPS; step++) {
    const gradient = new Float64Array(k);
    const hessian = new Float64Array(k * k);
    for (let c = 1; c < k; c++) {
      gradient[c] = l2 * beta[c];
      hessian[c * k + c] = l2;
    }
    hessian[0] = 1e-9;
    for (let row = 0; row < rows; row++) {
      const p = 1 / (1 + Math.exp(-load(row)));
      const weight = train.weights ? train.weights[row] : 1;
      const slope = weight * (p - train.targets[row]);
      const curve = weight * p * (1 - p);
      for (let i = 0; i < k; i++) {
        gradient[i] += slope * x[i];
        const scaled = curve * x[i];
        if (scaled === 0) continue;
        for (let j = 0; j <= i; j++) hessian[i * k + j] += scaled * x[j];
      }
    }
    const delta = solvePositiveDefinite(hessian, gradient, k);
    const from = beta;
    let lower = loss;
    for (let size = 1; size > 1e-4; size /= 2) {
      beta = from.map((value, i) => value - size * delta[i]);
      lower = objective();
      if (lower < loss) break;
    }
    if (!(lower < loss)) {
      beta = from;
      break;
    }
    const gained = loss - lower;
    loss = lower;
    if (gained < 1e-9 * Math.abs(loss)) break;
  }
  return { intercept: beta[0], mean: [...mean], deviation: [...deviation], weight: [...beta.subarray(1)] };
}

/** What each column's value adds to the log odds, beside the intercept. */
export function logisticTerm(model: LogisticRegression, column: number, value: number): number {
  return Number.isNaN(value) ? 0 : (model.weight[column] * (value - model.mean[column])) / model.deviation[column];
}

/** Log odds of the row that begins at `at`. */
export function logisticScore(model: LogisticRegression, values: ArrayLike<number>, at = 0): number {
  let score = model.intercept;
  for (let c = 0; c < model.weight.length; c++) score += logisticTerm(model, c, values[at + c]);
  return score;
}

function baseLogOdds({ targets, weights }: TrainingSet): number {
  let hits = 0.5;
  let total = 1;
  for (let i = 0; i < targets.length; i++) {
    hits += (weights ? weights[i] : 1) * targets[i];
    total += weights ? weights[i] : 1;
  }
  return Math.log(hits / (total - hits));
}

function standardise({ features: { rows, columns, values }, weights }: TrainingSet) {
  const mean = new Float64Array(columns);
  const deviation = new Float64Array(columns).fill(1);
  for (let c = 0; c < columns; c++) {
    let total = 0;
    let sum = 0;
    let squares = 0;
    for (let row = 0; row < rows; row++) {
      const value = values[row * columns + c];
      if (Number.isNaN(value)) continue;
      const weight = weights ? weights[row] : 1;
      total += weight;
      const step = value - mean[c];
      mean[c] += (weight / total) * step;
      squares += weight * step * (value - mean[c]);
      sum += weight;
    }
    const variance = sum > 0 ? squares / sum : 0;
    if (variance > 1e-12) deviation[c] = Math.sqrt(variance);
  }
  return { mean, deviation };
}

/** Cholesky; `matrix` holds the lower triangle, and is overwritten. */
function solvePositiveDefinite(matrix: Float64Array, right: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j];
      for (let q = 0; q < j; q++) sum -= matrix[i * n + q] * matrix[j * n + q];
      matrix[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[j * n + j];
    }
  }
  const x = Float64Array.from(right);
  for (let i = 0; i < n; i++) {
    for (let q = 0; q < i; q++) x[i] -= matrix[i * n + q] * x[q];
    x[i] /= matrix[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let q = i + 1; q < n; q++) x[i] -= matrix[q * n + i] * x[q];
    x[i] /= matrix[i * n + i];
  }
  return x;
}
