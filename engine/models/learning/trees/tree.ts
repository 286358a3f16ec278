/**
 * A tree as parallel arrays, node 0 its root. The children of an inner node are `left` and `left + 1`. Every node has a
 * value: a leaf's is what it adds to the raw score, an inner node's the mean of its leaves' over the training rows.
 */
export interface Tree {
  /** Column, or -1 in a leaf. */
  readonly feature: readonly number[];
  /** Values up to and including this go left. */
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  /** 1 where rows without a value go left. */
  readonly missingLeft: readonly number[];
  readonly value: readonly number[];
  /** Training rows that came by. */
  readonly cover: readonly number[];
  /** By how much the split lowered the loss, to second order (twice that); 0 in a leaf. */
  readonly gain: readonly number[];
}
