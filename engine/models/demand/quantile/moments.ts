import { QUANTILE_LEVELS } from "./levels";

const LEVELS = QUANTILE_LEVELS.length;
/** Mean excess of a normal tail beyond its 10 % point, and the mean square of that, in units of sigma. */
const TAIL_MEAN = 0.4735;
const TAIL_SQUARE = 0.3932;
const SIGMA_OF_80 = 2 * 1.2815515655;

/**
 * Mean and variance of a distribution that is known by its quantiles: straight between them, and beyond the outermost
 * with the tails of a normal distribution of the same width on that side. For the planner, which adds demands up.
 */
export function momentsOf(quantiles: ArrayLike<number>, at = 0): { mean: number; variance: number } {
  const first = quantiles[at];
  const last = quantiles[at + LEVELS - 1];
  const median = quantiles[at + LEVELS / 2 - 0.5];
  // Each tail has the width of its own side.
  const low = (2 * (median - first)) / SIGMA_OF_80;
  const high = (2 * (last - median)) / SIGMA_OF_80;
  let mean = QUANTILE_LEVELS[0] * (first - TAIL_MEAN * low + last + TAIL_MEAN * high);
  let squares =
    QUANTILE_LEVELS[0] * (first * first - 2 * first * TAIL_MEAN * low + TAIL_SQUARE * low * low) +
    QUANTILE_LEVELS[0] * (last * last + 2 * last * TAIL_MEAN * high + TAIL_SQUARE * high * high);
  for (let i = 1; i < LEVELS; i++) {
    const a = quantiles[at + i - 1];
    const b = quantiles[at + i];
    const part = QUANTILE_LEVELS[i] - QUANTILE_LEVELS[i - 1];
    mean += part * ((a + b) / 2);
    squares += part * ((a * a + a * b + b * b) / 3);
  }
  return { mean, variance: Math.max(0, squares - mean * mean) };
}
