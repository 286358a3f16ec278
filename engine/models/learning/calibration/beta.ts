import { z } from "zod";

/** log odds = a log(p) - b log(1 - p) + c; with a = b the map is Platt's, on the log odds. */
export const betaSchema = z.strictObject({
  kind: z.literal("beta"),
  a: z.number(),
  b: z.number(),
  c: z.number(),
});
export type BetaCalibration = z.infer<typeof betaSchema>;

const EDGE = 1e-12;
const clip = (p: number) => Math.min(1 - EDGE, Math.max(EDGE, p));
/** Keeps the fit finite where outcomes are all alike: a weak pull towards the identity. */
const PULL = 1e-2;

/**
 * Beta calibration (Kull, Silva Filho and Flach, AISTATS 2017), by Newton's method; with `slopes` of 1 it is Platt's
 * scaling of the log odds (Platt 1999), with 0 only a shift of the log odds. Coefficients that would turn the order
 * round are set to 0 and the others fitted anew.
 *
 * @param predictions probabilities of rows that the model didn't learn from; at least one
 */
export function fitBeta(
  predictions: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  slopes: 0 | 1 | 2 = 2,
  weights?: ArrayLike<number>,
): BetaCalibration {
  const n = predictions.length;
  if (n === 0 || outcomes.length !== n) throw new RangeError(`${n} predictions, ${outcomes.length} outcomes`);
  const up = new Float64Array(n);
  const down = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const p = clip(predictions[i]);
    up[i] = Math.log(p);
    down[i] = -Math.log1p(-p);
  }
  const flat = (): BetaCalibration => ({ kind: "beta", a: 0, b: 0, c: newton([], null, outcomes, weights, [])[0] });
  const both = up.map((value, i) => value + down[i]);
  if (slopes === 0) {
    const [c] = newton([], both, outcomes, weights, []);
    return { kind: "beta", a: 1, b: 1, c };
  }
  if (slopes === 1) {
    const [c, slope] = newton([both], null, outcomes, weights, [1]);
    return slope >= 0 ? { kind: "beta", a: slope, b: slope, c } : flat();
  }
  const [c, a, b] = newton([up, down], null, outcomes, weights, [1, 1]);
  if (a >= 0 && b >= 0) return { kind: "beta", a, b, c };
  const [shift, slope] = newton([a < 0 ? down : up], null, outcomes, weights, [1]);
  if (slope < 0) return flat();
  return a < 0 ? { kind: "beta", a: 0, b: slope, c: shift } : { kind: "beta", a: slope, b: 0, c: shift };
}

export function applyBeta({ a, b, c }: BetaCalibration, prediction: number): number {
  const p = clip(prediction);
  return 1 / (1 + Math.exp(-(a * Math.log(p) - b * Math.log1p(-p) + c)));
}

/** Logistic regression with an intercept first; `start` is also what the weak pull pulls to. */
function newton(
  columns: readonly Float64Array[],
  offset: Float64Array | null,
  outcomes: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  start: readonly number[],
): number[] {
  const k = columns.length + 1;
  const target = [0, ...start];
  const x = new Array<number>(k).fill(1);
  const scoreOf = (row: number, beta: readonly number[]) => {
    let score = (offset ? offset[row] : 0) + beta[0];
    for (let i = 1; i < k; i++) score += beta[i] * (x[i] = columns[i - 1][row]);
    return score;
  };
  const lossOf = (beta: readonly number[]) => {
    let loss = beta.reduce((sum, value, i) => sum + (PULL / 2) * (value - target[i]) ** 2, 0);
    for (let row = 0; row < outcomes.length; row++) {
      const score = scoreOf(row, beta);
      const softplus = score > 0 ? score + Math.log1p(Math.exp(-score)) : Math.log1p(Math.exp(score));
      loss += (weights ? weights[row] : 1) * (softplus - outcomes[row] * score);
    }
    return loss;
  };
  let beta = [...target];
  let loss = lossOf(beta);
  for (let step = 0; step < 50; step++) {
    const gradient = beta.map((value, i) => PULL * (value - target[i]));
    const hessian = beta.map((_, i) => beta.map((__, j) => (i === j ? PULL : 0)));
    for (let row = 0; row < outcomes.length; row++) {
      const p = 1 / (1 + Math.exp(-scoreOf(row, beta)));
      const weight = weights ? weights[row] : 1;
      for (let i = 0; i < k; i++) {
        gradient[i] += weight * (p - outcomes[row]) * x[i];
        for (let j = 0; j < k; j++) hessian[i][j] += weight * p * (1 - p) * x[i] * x[j];
      }
    }
    const delta = solve(hessian, gradient);
    // A full step may overshoot where the start is far off: halve it until the loss falls.
    let size = 1;
    let next = beta;
    let lower = loss;
    for (; size > 1e-6; size /= 2) {
      next = beta.map((value, i) => value - size * delta[i]);
      lower = lossOf(next);
      if (lower < loss) break;
    }
    if (!(lower < loss)) break;
    const gained = loss - lower;
    beta = next;
    loss = lower;
    if (gained < 1e-12 * Math.abs(loss)) break;
  }
  return beta;
}

/** Gauss elimination with pivots of a small positive definite system. */
function solve(matrix: number[][], right: number[]): number[] {
  const n = right.length;
  const a = matrix.map((row, i) => [...row, right[i]]);
  for (let i = 0; i < n; i++) {
    let pivot = i;
    for (let j = i + 1; j < n; j++) if (Math.abs(a[j][i]) > Math.abs(a[pivot][i])) pivot = j;
    [a[i], a[pivot]] = [a[pivot], a[i]];
    for (let j = i + 1; j < n; j++) {
      const factor = a[j][i] / a[i][i];
      for (let c = i; c <= n; c++) a[j][c] -= factor * a[i][c];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    x[i] = a[i][n];
    for (let j = i + 1; j < n; j++) x[i] -= a[i][j] * x[j];
    x[i] /= a[i][i];
  }
  return x;
}
