import { medianOfFirst } from "../../statistics";
import type { WorkloadKind } from "../schema";
import { cholesky, inverseOf, solveLower, solveUpper } from "./cholesky";
import { type Row, covarianceGradient, pairCovariance } from "./covariance";
import { minimise } from "./minimise";
import {
  type Distances,
  PARAMETERS,
  PRIOR,
  chainRule,
  distancesOf,
  namedParameters,
  similaritiesOf,
} from "./similarity";

/** Keeps the covariance of repeated rows invertible. */
const JITTER = 1e-6;
/** Beyond so many rows the parameters are chosen on an even sample of them: a matrix is inverted at every step. */
const ROWS_FOR_PARAMETERS = 400;

/** What every kind is expected to lose beside every other. */
export interface Regression {
  /** Logarithms of the parameters, in the order of PARAMETERS. */
  readonly parameters: Float64Array;
  /** [victim][other] expected share lost per unit of load, and its standard deviation. */
  readonly lost: Float64Array;
  readonly deviation: Float64Array;
  /** [row] the row's loss as foretold by all other rows but those that `partners` names with it. */
  leaveOut(partners: (row: number) => readonly number[]): Float64Array;
}

/**
 * Gaussian process over pairs of kinds (Rasmussen and Williams, "Gaussian Processes for Machine Learning", chapters 2
 * and 5): parameters at their greatest posterior probability, each logarithm with a standard normal prior round its start.
 * With `parameters` from an earlier time they aren't chosen anew: a matter of milliseconds, not seconds.
 */
export function regress(kinds: readonly WorkloadKind[], rows: readonly Row[], parameters?: Float64Array): Regression {
  const distances = distancesOf(kinds);
  const mean = typicalLoss(rows);
  const residuals = rows.map((row) => row.lost - mean * loadOf(row));
  if (parameters) return solve(distances, rows, residuals, mean, parameters);
  const every = Math.ceil(rows.length / ROWS_FOR_PARAMETERS);
  const sampled = rows.map((_, i) => i).filter((i) => i % every === 0);
  const chosen = minimise(
    (x) => posterior(distances, sampled.map((i) => rows[i]), sampled.map((i) => residuals[i]), x), // prettier-ignore
    PRIOR,
  );
  return solve(distances, rows, residuals, mean, chosen);
}

/** All of a row's load; near zero for a compressed row that is a difference of others. */
export const loadOf = ({ others }: Row) => others.reduce((sum, { load }) => sum + load, 0);

/** Median of what was lost per unit of load: extremes don't move it. */
function typicalLoss(rows: readonly Row[]): number {
  const rates = rows.filter((row) => loadOf(row) > 0.5).map((row) => row.lost / loadOf(row));
  return rates.length === 0 ? 0 : medianOfFirst(Float64Array.from(rates), rates.length);
}

function factor(rows: readonly Row[], covariance: (p: Row, q: Row) => number, noise: number): Float64Array | null {
  const n = rows.length;
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) matrix[i * n + j] = covariance(rows[i], rows[j]);
    matrix[i * n + i] += noise ** 2 / rows[i].precision + JITTER;
  }
  return cholesky(matrix, n) ? matrix : null;
}

/** Negative logarithm of the posterior probability of the parameters, and its gradient. */
function posterior(distances: Distances, rows: readonly Row[], residuals: readonly number[], x: Float64Array) {
  const n = rows.length;
  const p = namedParameters(x);
  const s = similaritiesOf(distances, p);
  const lower = factor(rows, pairCovariance(distances, p, s).rows, p.noise);
  const gradient = x.map((value, i) => value - PRIOR[i]);
  if (!lower) return { value: Number.POSITIVE_INFINITY, gradient };
  const weights = Float64Array.from(residuals);
  solveLower(lower, n, weights);
  let value = 0.5 * weights.reduce((sum, w) => sum + w * w, 0);
  solveUpper(lower, n, weights);
  for (let i = 0; i < n; i++) value += Math.log(lower[i * n + i]);
  value += 0.5 * gradient.reduce((sum, g) => sum + g * g, 0);

  const inverse = inverseOf(lower, n);
  const derivative = covarianceGradient(distances, p, s);
  let byNoise = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const w = 0.5 * (inverse[i * n + j] - weights[i] * weights[j]);
      derivative.add(rows[i], rows[j], w);
      if (i !== j) derivative.add(rows[j], rows[i], w);
      else byNoise += (w * 2 * p.noise ** 2) / rows[i].precision;
    }
  const parts = { ...chainRule(distances, p, s, derivative.matrices), ...derivative.scalars(), noise: byNoise };
  PARAMETERS.forEach(([name], i) => (gradient[i] += parts[name] ?? 0));
  return { value, gradient };
}

function solve(
  distances: Distances,
  rows: readonly Row[],
  residuals: readonly number[],
  mean: number,
  logarithms: Float64Array,
): Regression {
  const n = rows.length;
  const kinds = distances.kinds;
  const p = namedParameters(logarithms);
  const covariance = pairCovariance(distances, p, similaritiesOf(distances, p));
  const lower = factor(rows, covariance.rows, p.noise) ?? new Float64Array(0);
  const weights = Float64Array.from(residuals);
  solveLower(lower, n, weights);
  solveUpper(lower, n, weights);
  const lost = new Float64Array(kinds * kinds);
  const deviation = new Float64Array(kinds * kinds);
  for (let a = 0; a < kinds; a++)
    for (let b = 0; b < kinds; b++) {
      const pair: Row = { victim: a, others: [{ kind: b, load: 1 }], lost: 0, precision: 1 };
      const with_ = Float64Array.from(rows, (row) => covariance.rows(pair, row));
      lost[a * kinds + b] = mean + with_.reduce((sum, value, i) => sum + value * weights[i], 0);
      solveLower(lower, n, with_);
      const known = with_.reduce((sum, value) => sum + value * value, 0);
      deviation[a * kinds + b] = Math.sqrt(Math.max(0, covariance.pair(a, b, a, b) - known));
    }
  return {
    parameters: logarithms,
    lost,
    deviation,
    leaveOut: (partners) => {
      const inverse = inverseOf(lower, n);
      return Float64Array.from(rows, ({ lost: seen }, i) => {
        const block = [i, ...partners(i).filter((j) => j !== i)];
        return seen - firstOfBlock(inverse, n, block, weights);
      });
    },
  };
}

/** First component of (K⁻¹ of the block)⁻¹ × weights of the block: the residual of a row foretold without its block. */
function firstOfBlock(inverse: Float64Array, n: number, block: readonly number[], weights: Float64Array): number {
  const size = block.length;
  const part = Float64Array.from({ length: size * size }, (_, k) => inverse[block[Math.floor(k / size)] * n + block[k % size]]); // prettier-ignore
  const right = Float64Array.from(block, (j) => weights[j]);
  cholesky(part, size);
  solveLower(part, size, right);
  solveUpper(part, size, right);
  return right[0];
}
