import { weightedQuantile } from "./quantile";

/** A loss that trees are boosted on. Scores are raw: log odds for the logistic loss, the unit of the target otherwise. */
export interface Loss {
  /** The constant score that is best for these targets. */
  initial(targets: ArrayLike<number>, weights: ArrayLike<number> | undefined): number;
  /** Writes first and second derivatives by score. */
  derivatives(
    scores: Float64Array,
    targets: ArrayLike<number>,
    weights: ArrayLike<number> | undefined,
    gradient: Float32Array,
    hessian: Float32Array,
  ): void;
  /** Weighted mean loss. */
  mean(scores: Float64Array, targets: ArrayLike<number>, weights: ArrayLike<number> | undefined): number;
  /** The best constant for a leaf's residuals, where a Newton step isn't: the quantile that the loss asks for. */
  readonly leafQuantile?: number;
  /** From raw score to prediction. */
  readonly link: (score: number) => number;
}

export const LOSS_NAMES = ["logistic", "squared", "absolute", "quantile"] as const;
export type LossName = (typeof LOSS_NAMES)[number];

export const sigmoid = (score: number): number => 1 / (1 + Math.exp(-score));

/** log(1 + exp(x)) without overflow. */
const softplus = (x: number) => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)));
const MAX_LOG_ODDS = 20;

function weightedMean(values: ArrayLike<number>, weights: ArrayLike<number> | undefined): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const weight = weights ? weights[i] : 1;
    sum += weight * values[i];
    total += weight;
  }
  return sum / total;
}

function meanOf(n: number, weights: ArrayLike<number> | undefined, lossOf: (row: number) => number): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const weight = weights ? weights[i] : 1;
    sum += weight * lossOf(i);
    total += weight;
  }
  return sum / total;
}

const logistic: Loss = {
  initial(targets, weights) {
    const mean = weightedMean(targets, weights);
    return Math.max(-MAX_LOG_ODDS, Math.min(MAX_LOG_ODDS, Math.log(mean / (1 - mean))));
  },
  derivatives(scores, targets, weights, gradient, hessian) {
    for (let i = 0; i < scores.length; i++) {
      const p = sigmoid(scores[i]);
      const weight = weights ? weights[i] : 1;
      gradient[i] = weight * (p - targets[i]);
      hessian[i] = weight * p * (1 - p);
    }
  },
  mean: (scores, targets, weights) =>
    meanOf(scores.length, weights, (i) => softplus(scores[i]) - targets[i] * scores[i]),
  link: sigmoid,
};

const squared: Loss = {
  initial: weightedMean,
  derivatives(scores, targets, weights, gradient, hessian) {
    for (let i = 0; i < scores.length; i++) {
      const weight = weights ? weights[i] : 1;
      gradient[i] = weight * (scores[i] - targets[i]);
      hessian[i] = weight;
    }
  },
  mean: (scores, targets, weights) => meanOf(scores.length, weights, (i) => (scores[i] - targets[i]) ** 2),
  link: (score) => score,
};

/** Pinball loss; the absolute loss is twice that of the median. */
function pinball(quantile: number, scale: number): Loss {
  return {
    initial: (targets, weights) => weightedQuantile(targets, weights, quantile),
    derivatives(scores, targets, weights, gradient, hessian) {
      for (let i = 0; i < scores.length; i++) {
        const weight = weights ? weights[i] : 1;
        gradient[i] = weight * scale * (targets[i] > scores[i] ? -quantile : targets[i] < scores[i] ? 1 - quantile : 0);
        hessian[i] = weight;
      }
    },
    mean: (scores, targets, weights) =>
      meanOf(scores.length, weights, (i) => {
        const residual = targets[i] - scores[i];
        return scale * (residual > 0 ? quantile * residual : (quantile - 1) * residual);
      }),
    leafQuantile: quantile,
    link: (score) => score,
  };
}

/**
 * The loss of a name.
 * @param quantile of the quantile loss, between 0 and 1
 */
export function lossOf(name: LossName, quantile = 0.5): Loss {
  if (name === "logistic") return logistic;
  if (name === "squared") return squared;
  if (name === "absolute") return pinball(0.5, 2);
  if (!(quantile > 0 && quantile < 1)) throw new RangeError(`quantile is ${quantile}, not between 0 and 1`);
  return pinball(quantile, 1);
}
