import type { BoostedTrees } from "./model";

/**
 * One model whose raw score is the mean of the given ones' (bagging, Breiman 1996): trees that differ by their seed alone
 * err differently, their mean errs less.
 * @throws RangeError without a model, or where columns or losses differ
 */
export function averageTrees(models: readonly BoostedTrees[]): BoostedTrees {
  const [first] = models;
  if (!first) throw new RangeError("no models to average");
  const shape = ({ loss, quantile, features }: BoostedTrees) => JSON.stringify([loss, quantile, features]);
  if (models.some((model) => shape(model) !== shape(first))) throw new RangeError("models of other columns or losses");
  return {
    ...first,
    initial: models.reduce((sum, { initial }) => sum + initial, 0) / models.length,
    trees: models.flatMap(({ trees }) =>
      trees.map((tree) => ({ ...tree, value: tree.value.map((value) => value / models.length) })),
    ),
  };
}
