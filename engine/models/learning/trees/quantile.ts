/**
 * The weighted quantile that minimises the pinball loss: the smallest value whose share of the weight reaches
 * `quantile`; half way to the next one where it is reached exactly. NaN without values.
 */
export function weightedQuantile(
  values: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  quantile: number,
): number {
  const n = values.length;
  if (n === 0) return Number.NaN;
  if (!weights) {
    const sorted = Float64Array.from(values).sort();
    const rank = quantile * n;
    const at = Math.min(n - 1, Math.max(0, Math.ceil(rank) - 1));
    return rank === at + 1 && at + 1 < n ? (sorted[at] + sorted[at + 1]) / 2 : sorted[at];
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
  let total = 0;
  for (let i = 0; i < n; i++) total += weights[i];
  let below = 0;
  for (let k = 0; k < n; k++) {
    below += weights[order[k]];
    if (below === quantile * total && k + 1 < n) return (values[order[k]] + values[order[k + 1]]) / 2;
    if (below >= quantile * total) return values[order[k]];
  }
  return values[order[n - 1]];
}
