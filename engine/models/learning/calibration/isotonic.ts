import { z } from "zod";

/** A step-free map of predictions: linear between knots, constant beyond them. */
export const isotonicSchema = z
  .strictObject({ kind: z.literal("isotonic"), x: z.array(z.number()).min(1), y: z.array(z.number()).min(1) })
  .refine(
    ({ x, y }) => x.length === y.length && x.every((value, i) => i === 0 || value > x[i - 1]),
    "knots in disorder",
  );
export type Isotonic = z.infer<typeof isotonicSchema>;

/**
 * The non-decreasing map from prediction to frequency with the least squared error, by pooling adjacent violators
 * (Ayer et al. 1955; Zadrozny and Elkan, KDD 2002). A pool becomes a knot at its mean prediction, so that the map is
 * continuous and keeps most of the order within a pool.
 *
 * @param predictions and outcomes of rows that the model didn't learn from; at least one
 * @param minPool rows that a pool must hold at least, so that no frequency rests on a handful
 */
export function fitIsotonic(
  predictions: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  weights?: ArrayLike<number>,
  minPool = 1,
): Isotonic {
  const n = predictions.length;
  if (n === 0 || outcomes.length !== n) throw new RangeError(`${n} predictions, ${outcomes.length} outcomes`);
  const order = sortedOrder(predictions);
  /** Pools as a stack: weight, mean prediction, mean outcome, rows. */
  const weight: number[] = [];
  const x: number[] = [];
  const y: number[] = [];
  const rows: number[] = [];
  const merge = () => {
    const i = weight.length - 2;
    const total = weight[i] + weight[i + 1];
    x[i] += ((x[i + 1] - x[i]) * weight[i + 1]) / total;
    y[i] += ((y[i + 1] - y[i]) * weight[i + 1]) / total;
    weight[i] = total;
    rows[i] += rows[i + 1];
    for (const list of [weight, x, y, rows]) list.pop();
  };
  let previous = Number.NaN;
  for (const row of order) {
    const top = weight.length - 1;
    const share = weights ? weights[row] : 1;
    if (top >= 0 && (predictions[row] === previous || rows[top] < minPool)) {
      const total = weight[top] + share;
      x[top] += ((predictions[row] - x[top]) * share) / total;
      y[top] += ((outcomes[row] - y[top]) * share) / total;
      weight[top] = total;
      rows[top]++;
    } else {
      // A pool is complete only when the next one begins: compare it with its predecessors then.
      while (weight.length > 1 && y[weight.length - 2] >= y[weight.length - 1]) merge();
      weight.push(share);
      x.push(predictions[row]);
      y.push(outcomes[row]);
      rows.push(1);
    }
    previous = predictions[row];
  }
  while (weight.length > 1 && (y[weight.length - 2] >= y[weight.length - 1] || rows[rows.length - 1] < minPool))
    merge();
  const distinct = x.map((value, i) => i === 0 || value > x[i - 1]);
  return { kind: "isotonic", x: x.filter((_, i) => distinct[i]), y: y.filter((_, i) => distinct[i]) };
}

export function applyIsotonic({ x, y }: Isotonic, prediction: number): number {
  if (!(prediction > x[0])) return y[0];
  let low = 0;
  let high = x.length - 1;
  if (prediction >= x[high]) return y[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= prediction) low = middle;
    else high = middle;
  }
  return y[low] + ((y[high] - y[low]) * (prediction - x[low])) / (x[high] - x[low]);
}

function sortedOrder(values: ArrayLike<number>): Uint32Array {
  const order = new Uint32Array(values.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return order.sort((a, b) => values[a] - values[b] || a - b);
}
