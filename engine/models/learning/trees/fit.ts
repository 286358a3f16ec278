import { createRandom } from "../../../random";
import { type BinnedMatrix, applyBins, fitBins } from "./bins";
import { type GrownTree, Grower } from "./grow";
import { type Loss, lossOf } from "./losses";
import { type TrainingSet, checkTrainingSet } from "./matrix";
import type { BoostedTrees } from "./model";
import { BOOSTING_DEFAULTS, type BoostingOptions, checkBoostingOptions } from "./options";
import { weightedQuantile } from "./quantile";
import type { Tree } from "./tree";

export interface BoostingRun {
  readonly options?: Partial<BoostingOptions>;
  /** Rows that say when to end, never learned from: later in time than the training rows, where time matters. */
  readonly validation?: TrainingSet;
  /** Names of the columns; their numbers where absent. */
  readonly names?: readonly string[];
  readonly onTree?: (trees: number, validationLoss: number | null) => void;
  readonly signal?: AbortSignal;
}

/**
 * Gradient-boosted regression trees over histograms (Friedman 2001; LightGBM's leaf-wise growth, Ke et al., NIPS 2017).
 * The same rows, options and seed give the same model. With a validation set it ends when that gets no better, and
 * keeps the trees up to the best.
 *
 * @throws RangeError where arrays don't fit each other or an option is out of range
 */
export function fitBoostedTrees(train: TrainingSet, run: BoostingRun = {}): BoostedTrees {
  const options = { ...BOOSTING_DEFAULTS, ...run.options };
  checkBoostingOptions(options);
  checkTrainingSet(train, "training set");
  if (run.validation) checkTrainingSet(run.validation, "validation set");
  if (run.validation && run.validation.features.columns !== train.features.columns)
    throw new RangeError("the validation set has other columns than the training set");
  const names = run.names ?? Array.from({ length: train.features.columns }, (_, i) => `feature ${i}`);
  if (names.length !== train.features.columns) throw new RangeError(`${names.length} names of features`);

  const loss = lossOf(options.loss, options.quantile);
  const initial = train.offsets ? 0 : loss.initial(train.targets, train.weights);
  const binned = applyBins(train.features, fitBins(train.features, options.maxBins, options.seed));
  const validation = run.validation && {
    set: run.validation,
    binned: applyBins(run.validation.features, binned.bounds),
    scores: startScores(run.validation, initial),
  };
  const scores = startScores(train, initial);
  const gradient = new Float32Array(binned.rows);
  const hessian = new Float32Array(binned.rows);
  const order = new Int32Array(binned.rows);
  const grower = new Grower(binned, options);
  const random = createRandom(options.seed, "boosting");
  const trees: Tree[] = [];
  let best = validation ? loss.mean(validation.scores, validation.set.targets, validation.set.weights) : 0;
  let bestTrees = 0;
  for (let round = 0; round < options.trees; round++) {
    run.signal?.throwIfAborted();
    loss.derivatives(scores, train.targets, train.weights, gradient, hessian);
    const rows = chooseRows(order, options.rowFraction, random.uniform);
    const used = chooseColumns(binned, options.featureFraction, random.shuffle);
    const grown = grower.grow(order, rows, used, gradient, hessian);
    // With all rows and columns a tree that can't split is the end; with a sample the next may.
    if (grown.leaves.length < 2 && options.rowFraction === 1 && options.featureFraction === 1) break;
    finishValues(grown, order, scores, train, loss, options.learningRate);
    trees.push(grown.tree);
    addTree(scores, grown, order, rows, binned);
    if (!validation) {
      run.onTree?.(trees.length, null);
      continue;
    }
    addByBins(validation.scores, grown, validation.binned, 0, validation.binned.rows, null);
    const now = loss.mean(validation.scores, validation.set.targets, validation.set.weights);
    run.onTree?.(trees.length, now);
    if (now < best) {
      best = now;
      bestTrees = trees.length;
    } else if (trees.length - bestTrees >= options.patience) break;
  }
  const kept = validation ? trees.slice(0, bestTrees) : trees;
  return { loss: options.loss, quantile: options.quantile, features: [...names], initial, trees: kept };
}

function startScores(set: TrainingSet, initial: number): Float64Array {
  return set.offsets ? Float64Array.from(set.offsets) : new Float64Array(set.features.rows).fill(initial);
}

/** Fills `order` with the rows of the next tree, then those it doesn't see; gives how many it sees. */
function chooseRows(order: Int32Array, fraction: number, uniform: () => number): number {
  if (fraction === 1) {
    for (let row = 0; row < order.length; row++) order[row] = row;
    return order.length;
  }
  let seen = 0;
  let unseen = order.length;
  for (let row = 0; row < order.length; row++) {
    if (uniform() < fraction) order[seen++] = row;
    else order[--unseen] = row;
  }
  return seen;
}

/** Columns of the next tree, ascending; those of a single bin never help. */
function chooseColumns(binned: BinnedMatrix, fraction: number, shuffle: <T>(list: readonly T[]) => T[]): Int32Array {
  const all = binned.bounds.map((_, column) => column);
  const chosen = fraction === 1 ? all : shuffle(all).slice(0, Math.max(1, Math.round(fraction * all.length)));
  return Int32Array.from(chosen).sort();
}

/** Leaf values by the loss's own quantile where it has one, times the learning rate; inner nodes' as their mean. */
function finishValues(
  { tree, leaves }: GrownTree,
  order: Int32Array,
  scores: Float64Array,
  train: TrainingSet,
  loss: Loss,
  learningRate: number,
): void {
  if (loss.leafQuantile !== undefined) {
    for (const { node, from, to } of leaves) {
      const rows = order.subarray(from, to);
      const residuals = Float64Array.from(rows, (row) => train.targets[row] - scores[row]);
      const { weights } = train;
      const own = weights && Float64Array.from(rows, (row) => weights[row]);
      tree.value[node] = to > from ? weightedQuantile(residuals, own, loss.leafQuantile) : 0;
    }
  }
  for (let node = tree.value.length - 1; node >= 0; node--) {
    const left = tree.left[node];
    if (tree.feature[node] < 0) tree.value[node] *= learningRate;
    else
      tree.value[node] =
        (tree.value[left] * tree.cover[left] + tree.value[left + 1] * tree.cover[left + 1]) / tree.cover[node];
  }
}

function addTree(scores: Float64Array, grown: GrownTree, order: Int32Array, rows: number, binned: BinnedMatrix): void {
  for (const { node, from, to } of grown.leaves) {
    const value = grown.tree.value[node];
    for (let i = from; i < to; i++) scores[order[i]] += value;
  }
  addByBins(scores, grown, binned, rows, binned.rows, order);
}

function addByBins(
  scores: Float64Array,
  { tree, bins }: GrownTree,
  { codes, columns, bounds }: BinnedMatrix,
  from: number,
  to: number,
  order: Int32Array | null,
): void {
  const { feature, left, missingLeft, value } = tree;
  for (let i = from; i < to; i++) {
    const row = order ? order[i] : i;
    let node = 0;
    while (feature[node] >= 0) {
      const column = feature[node];
      const code = codes[row * columns + column];
      const goesLeft = code > bounds[column].length ? missingLeft[node] === 1 : code <= bins[node];
      node = goesLeft ? left[node] : left[node] + 1;
    }
    scores[row] += value[node];
  }
}
