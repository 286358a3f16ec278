import { LOSS_NAMES, type LossName } from "./losses";

export interface BoostingOptions {
  readonly loss: LossName;
  /** Of the quantile loss, between 0 and 1. */
  readonly quantile: number;
  readonly trees: number;
  readonly learningRate: number;
  /** Leaves a tree, at least 2. */
  readonly leaves: number;
  /** Levels below the root. */
  readonly maxDepth: number;
  readonly minChildSamples: number;
  /** Least sum of second derivatives in a leaf. */
  readonly minChildHessian: number;
  /** Pulls leaf values to 0: as if there were this much more second derivative. */
  readonly l2: number;
  /** A split must lower the loss by more (to second order, twice that). */
  readonly minGain: number;
  /** Share of the rows that each tree sees. */
  readonly rowFraction: number;
  /** Share of the columns that each tree sees. */
  readonly featureFraction: number;
  /** Bins a column, up to 255, without that of the missing. */
  readonly maxBins: number;
  /** Trees without a better validation loss after which it ends, and goes back to the best. */
  readonly patience: number;
  readonly seed: number;
}

export const BOOSTING_DEFAULTS: BoostingOptions = {
  loss: "squared",
  quantile: 0.5,
  trees: 200,
  learningRate: 0.05,
  leaves: 31,
  maxDepth: 64,
  minChildSamples: 20,
  minChildHessian: 1e-3,
  l2: 0,
  minGain: 0,
  rowFraction: 1,
  featureFraction: 1,
  maxBins: 255,
  patience: 30,
  seed: 1,
};

/** @throws RangeError naming every option that is out of its range */
export function checkBoostingOptions(options: BoostingOptions): void {
  const wrong: string[] = [];
  const within = (name: keyof BoostingOptions, low: number, high: number, whole = false) => {
    const value = options[name] as number;
    if (!(value >= low && value <= high) || (whole && !Number.isInteger(value))) wrong.push(`${name} is ${value}`);
  };
  if (!LOSS_NAMES.includes(options.loss)) wrong.push(`loss is ${options.loss}`);
  if (!(options.quantile > 0 && options.quantile < 1)) wrong.push(`quantile is ${options.quantile}`);
  within("trees", 1, 100_000, true);
  within("learningRate", Number.MIN_VALUE, 1);
  within("leaves", 2, 2048, true);
  within("maxDepth", 1, 2048, true);
  within("minChildSamples", 1, Infinity);
  within("minChildHessian", 0, Infinity);
  within("l2", 0, Infinity);
  within("minGain", 0, Infinity);
  within("rowFraction", Number.MIN_VALUE, 1);
  within("featureFraction", Number.MIN_VALUE, 1);
  within("maxBins", 2, 255, true);
  within("patience", 1, Infinity);
  within("seed", 0, 2 ** 53, true);
  if (wrong.length) throw new RangeError(`boosting options: ${wrong.join(", ")}`);
}
