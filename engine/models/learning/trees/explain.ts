import type { BoostedTrees } from "./model";

/** Share of the loss's fall that each column brought, 0 to 1, together 1 (all 0 where no tree splits). */
export function gainImportance(model: BoostedTrees): Float64Array {
  const gains = new Float64Array(model.features.length);
  for (const { feature, gain } of model.trees)
    feature.forEach((column, node) => {
      if (column >= 0) gains[column] += gain[node];
    });
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return total > 0 ? gains.map((gain) => gain / total) : gains;
}

export interface Contributions {
  /** Raw score of the mean training row. */
  readonly base: number;
  /** By column: what its value moved the raw score by. Base and these add up to the raw score. */
  readonly byColumn: Float64Array;
}

/**
 * What moved one row's raw score: at every split on its way, the difference between the child's mean and the node's
 * goes to the split's column (Saabas 2014). Quick and additive; unlike Shapley values it favours splits near the leaf.
 */
export function contributions(model: BoostedTrees, row: ArrayLike<number>): Contributions {
  if (row.length !== model.features.length)
    throw new RangeError(`${row.length} values, ${model.features.length} columns`);
  const byColumn = new Float64Array(row.length);
  let base = model.initial;
  for (const { feature, threshold, left, missingLeft, value } of model.trees) {
    base += value[0];
    let node = 0;
    while (feature[node] >= 0) {
      const column = feature[node];
      const known = Math.min(row[column], Number.MAX_VALUE);
      const goesLeft = Number.isNaN(known) ? missingLeft[node] === 1 : known <= threshold[node];
      const next = goesLeft ? left[node] : left[node] + 1;
      byColumn[column] += value[next] - value[node];
      node = next;
    }
  }
  return { base, byColumn };
}
