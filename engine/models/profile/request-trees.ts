import {
  type BoostedTrees,
  type BoostingOptions,
  type BoostingRun,
  type FeatureMatrix,
  type Forest,
  averageTrees,
  contributions,
  fitBoostedTrees,
  sigmoid,
} from "../learning/trees";
import { FEATURES } from "./features";
import type { TrainingRows } from "./training-rows";

/** Chosen on the newest part of a training period (ADR 14). */
export const REQUEST_BOOSTING = {
  loss: "logistic",
  trees: 200,
  learningRate: 0.06,
  leaves: 31,
  minChildSamples: 100,
  l2: 10,
  rowFraction: 0.8,
  featureFraction: 0.5,
  patience: 15,
} as const satisfies Partial<BoostingOptions>;

const REGRESSION = FEATURES.indexOf("onlineLogOdds");
/** One of the two forests begins at the regression's log odds; of their mean that is a half. */
const REGRESSION_SHARE = 0.5;

export interface GrownTrees {
  /** The mean of the two forests, without its share of the regression's log odds. */
  readonly trees: BoostedTrees;
  /** Trees of the forest that begins at the share of windows with a request, and of the one that corrects the regression. */
  readonly counts: readonly [number, number];
}

/**
 * Grows two forests on the same rows, one from the base rate, one that begins at the log odds of the sparse regression
 * and corrects it: they err differently, and their mean less than either (ADR 14).
 * @param most trees of each
 */
export function growRequestTrees(
  rows: TrainingRows,
  { options, validation, ...run }: Omit<BoostingRun, "names" | "validation"> & { readonly validation?: TrainingRows },
  most?: readonly [number, number],
): GrownTrees {
  const grow = (forest: 0 | 1) => {
    const from = <T extends TrainingRows>(set: T) =>
      forest === 0 ? set : { ...set, offsets: regressionOf(set.features) };
    return fitBoostedTrees(from(rows), {
      ...run,
      names: FEATURES,
      options: most ? { ...options, trees: most[forest] } : options,
      validation: validation && from(validation),
    });
  };
  const forests = [grow(0), grow(1)] as const;
  return { trees: averageTrees(forests), counts: [forests[0].trees.length, forests[1].trees.length] };
}

/** Probabilities of a request by rows of features, not yet calibrated. */
export function requestProbabilities(forest: Forest, matrix: FeatureMatrix): Float64Array {
  const regression = regressionOf(matrix);
  return forest.raw(matrix).map((score, row) => sigmoid(score + REGRESSION_SHARE * regression[row]));
}

/** What each feature of a row moved the log odds by, the regression's own share included. */
export function requestContributions(trees: BoostedTrees, row: ArrayLike<number>): Float64Array {
  const { byColumn } = contributions(trees, row);
  byColumn[REGRESSION] += REGRESSION_SHARE * row[REGRESSION];
  return byColumn;
}

const regressionOf = ({ rows, columns, values }: FeatureMatrix) =>
  Float64Array.from({ length: rows }, (_, row) => values[row * columns + REGRESSION]);
