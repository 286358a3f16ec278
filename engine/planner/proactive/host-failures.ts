import { upperTail } from "../../models/demand/contention/normal";
import { cholesky } from "../../models/interference/kernel/cholesky";
import { createRandom } from "../../random";

/** Draws of which hosts fail within the horizon, again and again. */
export interface HostFailures {
  /** Writes 1 for each host that fails in the next simulated horizon, else 0. */
  draw(failed: Uint8Array): void;
}

/** The strongest correlation that is reckoned with: at 1 the matrix has no inverse. */
const STRONGEST = 0.9999;
/** Intervals of Simpson's rule: the integrand is smooth, and this gives six digits. */
const INTERVALS = 32;

/**
 * Hosts that fail together as their probabilities say, alone and in pairs. Each host has a standard normal variable and
 * fails where it passes its threshold; the variables are correlated so that each pair fails together as often as `joint`
 * says (the multivariate probit). Pairs alone don't say how often three fail together: this is the distribution with no
 * more structure than they need. Where no such variables exist, the correlations are shrunk until they do.
 *
 * Source: Emrich and Piedmonte, "A method for generating high-dimensional multivariate binary variates" (1991).
 *
 * @param own probability of each host
 * @param joint [i][j] probability that both fail, row-major; null: they fail independently
 */
export function hostFailures(own: ArrayLike<number>, joint: ArrayLike<number> | null, seed: number): HostFailures {
  const n = own.length;
  const random = createRandom(seed, "host failures");
  const threshold = Float64Array.from(own, quantile);
  const factor = joint === null ? null : factorOf(correlations(own, joint, threshold), n);
  const independent = new Float64Array(n);
  return {
    draw(failed) {
      for (let i = 0; i < n; i++) independent[i] = random.normal();
      for (let i = 0; i < n; i++) {
        let value = independent[i];
        if (factor !== null) {
          value = 0;
          for (let j = 0; j <= i; j++) value += factor[i * n + j] * independent[j];
        }
        failed[i] = value > threshold[i] ? 1 : 0;
      }
    },
  };
}

/** The z above which a standard normal variable lies with probability p. */
function quantile(p: number): number {
  if (p <= 0) return Infinity;
  if (p >= 1) return -Infinity;
  let [low, high] = [-9, 9];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (upperTail(middle) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function correlations(own: ArrayLike<number>, joint: ArrayLike<number>, threshold: Float64Array): Float64Array {
  const n = own.length;
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    matrix[i * n + i] = 1;
    for (let j = 0; j < i; j++) {
      const value = correlationOf(own[i], own[j], joint[i * n + j], threshold[i], threshold[j]);
      matrix[i * n + j] = value;
      matrix[j * n + i] = value;
    }
  }
  return matrix;
}

/** The correlation at which both variables pass their thresholds with probability `both`; by bisection. */
function correlationOf(a: number, b: number, both: number, h: number, k: number): number {
  if (!(both > a * b) || !Number.isFinite(h) || !Number.isFinite(k)) return 0;
  let [low, high] = [0, Math.asin(STRONGEST)];
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (a * b + excess(h, k, middle) < both) low = middle;
    else high = middle;
  }
  return Math.sin((low + high) / 2);
}

/** How much likelier both pass than independently, at the correlation sin(angle): Plackett (1954), by Simpson's rule. */
function excess(h: number, k: number, angle: number): number {
  const density = (theta: number) => {
    const cosine = Math.cos(theta);
    return Math.exp(-(h * h + k * k - 2 * h * k * Math.sin(theta)) / (2 * cosine * cosine)) / (2 * Math.PI);
  };
  let sum = density(0) + density(angle);
  for (let i = 1; i < INTERVALS; i++) sum += (i % 2 === 1 ? 4 : 2) * density((angle * i) / INTERVALS);
  return (sum * angle) / INTERVALS / 3;
}

/** Lower triangle L with L L' the matrix, its off-diagonal elements shrunk as little as it takes. */
function factorOf(matrix: Float64Array, n: number): Float64Array {
  for (let kept = 1; ; kept -= 1 / 64) {
    const factor = matrix.map((value, at) => (at % (n + 1) === 0 ? 1 : kept * value));
    if (cholesky(factor, n)) return factor;
  }
}
