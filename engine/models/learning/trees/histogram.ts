import type { BinnedMatrix } from "./bins";

/** Numbers per bin: sum of gradients, sum of hessians, rows. */
export const CELL = 3;

/**
 * Adds up gradients, hessians and rows by bin, for all columns in one pass over the rows: column by column is slower,
 * as most rows of a sparse column fall into one bin and each sum would wait for the one before it.
 * @param rows the leaf's rows: `order[from]` to `order[to - 1]`
 */
export function buildHistogram(
  binned: BinnedMatrix,
  used: Int32Array,
  order: Int32Array,
  from: number,
  to: number,
  gradient: Float32Array,
  hessian: Float32Array,
  into: Float64Array,
): void {
  into.fill(0);
  const { codes, columns, offsets } = binned;
  const n = used.length;
  for (let k = from; k < to; k++) {
    const row = order[k];
    const base = row * columns;
    const g = gradient[row];
    const h = hessian[row];
    for (let u = 0; u < n; u++) {
      const column = used[u];
      const cell = (offsets[column] + codes[base + column]) * CELL;
      into[cell] += g;
      into[cell + 1] += h;
      into[cell + 2]++;
    }
  }
}

/** The larger child's histogram: its parent's less its sibling's. Written over the parent's. */
export function subtractHistogram(parent: Float64Array, sibling: Float64Array): void {
  for (let i = 0; i < parent.length; i++) parent[i] -= sibling[i];
}
