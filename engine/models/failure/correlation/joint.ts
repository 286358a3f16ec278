/** Correlations are shrunk in steps of this until the matrix is positive semi-definite. */
const STEP = 2 ** -10;
/** Cholesky's pivots may be this far below zero by rounding. */
const TOLERANCE = 1e-12;

/**
 * P(both fail within the horizon) of all pairs, from each host's own probability within it and P(j fails soon after i).
 *
 * The two say different things where a host is about to fail for reasons of its own: if i fails with 56 % and three in ten
 * of its failures have taken j along, j would fail with 17 % at least, whatever its own 1 %. A joint probability can't be
 * more than the smaller of the two, and capped there it says that j's failure makes i's certain. The hosts' own
 * probabilities are the calibrated ones, so they stand, and the pair is looked at from its likelier side only: once the
 * host that fails less often has failed, the other fails soon after, or for reasons of its own. That keeps
 * max(0, pi + pj - 1) <= pi pj <= both <= min(pi, pj), and both directions are averaged, so that the matrix is symmetric.
 *
 * The matrix is pp' + D R D with R the correlations of the two events and D their standard deviations: it is positive
 * semi-definite where R is. Pairs that were estimated one by one need not be, so R is shrunk to the identity just as far
 * as it takes (Ledoit and Wolf, 2004, chose that target too).
 *
 * @param own probability of each host within the horizon
 * @param soon [i][j] probability that j fails soon after i, row-major; the diagonal is not read
 * @returns [i][j], row-major; the diagonal is `own`
 */
export function jointProbabilities(own: ArrayLike<number>, soon: ArrayLike<number>): Float64Array {
  const n = own.length;
  if (soon.length !== n * n) throw new RangeError(`${soon.length} pair probabilities for ${n} hosts`);
  const deviation = Float64Array.from(own, (p) => Math.sqrt(p * (1 - p)));
  const correlation = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    correlation[i * n + i] = 1;
    for (let j = 0; j < i; j++) {
      const follows = (soon[i * n + j] + soon[j * n + i]) / 2;
      const both = Math.min(own[i], own[j]) * (1 - (1 - follows) * (1 - Math.max(own[i], own[j])));
      const scale = deviation[i] * deviation[j];
      const value = scale > 0 ? Math.max(0, (both - own[i] * own[j]) / scale) : 0;
      correlation[i * n + j] = value;
      correlation[j * n + i] = value;
    }
  }
  const kept = 1 - shrinkage(correlation, n);
  const joint = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    joint[i * n + i] = own[i];
    for (let j = 0; j < i; j++) {
      const both = own[i] * own[j] + kept * correlation[i * n + j] * deviation[i] * deviation[j];
      joint[i * n + j] = both;
      joint[j * n + i] = both;
    }
  }
  return joint;
}

/** The least share of the identity, a multiple of STEP, that makes the correlations positive semi-definite. */
function shrinkage(correlation: Float64Array, n: number): number {
  const scratch = new Float64Array(n * n);
  let low = 0;
  let high = 1 / STEP;
  // By bisection: more of the identity never hurts.
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isPositive(correlation, n, 1 - middle * STEP, scratch)) high = middle;
    else low = middle + 1;
  }
  return low * STEP;
}

/** Whether Cholesky's decomposition goes through, off-diagonal elements scaled by `kept`. */
function isPositive(correlation: Float64Array, n: number, kept: number, scratch: Float64Array): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? 1 : kept * correlation[i * n + j];
      for (let k = 0; k < j; k++) sum -= scratch[i * n + k] * scratch[j * n + k];
      if (i !== j) scratch[i * n + j] = scratch[j * n + j] > 0 ? sum / scratch[j * n + j] : 0;
      else if (sum < -TOLERANCE) return false;
      else scratch[i * n + i] = Math.sqrt(Math.max(0, sum));
      // A zero pivot has zeros below it, or the matrix is indefinite.
      if (i !== j && scratch[j * n + j] === 0 && Math.abs(sum) > Math.sqrt(TOLERANCE)) return false;
    }
  }
  return true;
}
