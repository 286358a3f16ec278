import { EXACT_LIMIT } from "../../../compute/checkMoveScoring";
import type { FlatForest } from "../../../compute/device";
import type { BoostedTrees } from "./model";

/** Several models over the same columns, made ready for the compute layer. */
export interface FlatModels {
  readonly forest: FlatForest;
  /** By model: a raw score is `initial` plus `unit` times the model's sum. */
  readonly initial: readonly number[];
  /** Powers of two: rounding to them is the only difference to the model's own leaves, and multiplying by them none. */
  readonly unit: readonly number[];
}

/**
 * Leaves become multiples of a unit, the finest at which a model's sums stay below 2^24, so that all devices agree (ADR 2).
 * A raw score is off by at most half a unit for each tree; where a model's largest leaves together are 100, by 2^-18 a tree.
 *
 * @throws RangeError where the columns of the models differ
 */
export function flattenTrees(models: readonly BoostedTrees[]): FlatModels {
  const names = models.map(({ features }) => features.join("\n"));
  if (names.some((each) => each !== names[0])) throw new RangeError("models of other columns");
  const unit = models.map(unitOf);
  const trees = models.flatMap((model) => model.trees);
  const nodes = trees.reduce((sum, { feature }) => sum + feature.length, 0);
  const forest = {
    columns: models[0]?.features.length ?? 0,
    models: cumulated(models.map((model) => model.trees.length)),
    roots: cumulated(trees.map(({ feature }) => feature.length)),
    column: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    left: new Int32Array(nodes),
    missingLeft: new Uint8Array(nodes),
    value: new Int32Array(nodes),
  };
  models.forEach((model, m) =>
    model.trees.forEach(({ feature, threshold, left, missingLeft, value }, t) => {
      const root = forest.roots[forest.models[m] + t];
      forest.column.set(feature, root);
      forest.threshold.set(threshold, root);
      forest.missingLeft.set(missingLeft, root);
      for (let node = 0; node < feature.length; node++) {
        forest.left[root + node] = root + left[node];
        forest.value[root + node] = feature[node] < 0 ? Math.round(value[node] / unit[m]) : 0;
      }
    }),
  );
  return { forest, initial: models.map(({ initial }) => initial), unit };
}

function unitOf({ trees }: BoostedTrees): number {
  let total = 0;
  for (const { feature, value } of trees)
    total += value.reduce((most, leaf, node) => (feature[node] < 0 ? Math.max(most, Math.abs(leaf)) : most), 0);
  // Rounding adds up to half a unit a tree.
  const least = Math.log2(total / (EXACT_LIMIT - 1 - trees.length));
  return total > 0 ? 2 ** Math.max(-1022, Math.ceil(least)) : 1;
}

function cumulated(counts: readonly number[]): Int32Array {
  const sums = new Int32Array(counts.length + 1);
  counts.forEach((count, i) => (sums[i + 1] = sums[i] + count));
  return sums;
}
