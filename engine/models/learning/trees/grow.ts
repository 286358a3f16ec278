import type { BinnedMatrix } from "./bins";
import { CELL, buildHistogram, subtractHistogram } from "./histogram";
import { type Split, type SplitLimits, type Totals, bestSplit } from "./split";
import type { Tree } from "./tree";

export interface GrowthLimits extends SplitLimits {
  readonly leaves: number;
  /** Levels below the root. */
  readonly maxDepth: number;
}

/** A leaf while its tree grows: rows `order[from]` to `order[to - 1]`. */
export interface Leaf {
  readonly node: number;
  readonly depth: number;
  readonly from: number;
  readonly to: number;
  readonly totals: Totals;
  histogram: Float64Array | null;
  split: Split | null;
}

export interface GrownTree {
  readonly tree: { -readonly [K in keyof Tree]: number[] };
  /** Highest bin that goes left, by node. */
  readonly bins: number[];
  readonly leaves: readonly Leaf[];
}

/** Grows trees over one binned matrix; its buffers live as long as it does. */
export class Grower {
  private readonly scratch: Int32Array;
  private readonly free: Float64Array[] = [];

  constructor(
    private readonly binned: BinnedMatrix,
    private readonly limits: GrowthLimits,
  ) {
    this.scratch = new Int32Array(binned.rows);
  }

  /**
   * Leaf by leaf, always the split of the greatest gain (leaf-wise growth, as LightGBM has it; Ke et al., NIPS 2017).
   * Leaves have the Newton step as value. Reorders `order`, so that each leaf's rows lie together.
   */
  grow(order: Int32Array, rows: number, used: Int32Array, gradient: Float32Array, hessian: Float32Array): GrownTree {
    const { l2 } = this.limits;
    const tree: GrownTree["tree"] = {
      ...{ feature: [], threshold: [], left: [], missingLeft: [], value: [], cover: [], gain: [] },
    };
    const bins: number[] = [];
    const addNode = (totals: Totals) => {
      tree.feature.push(-1);
      tree.threshold.push(0);
      tree.left.push(0);
      tree.missingLeft.push(0);
      tree.value.push(totals.hessian + l2 > 0 ? -totals.gradient / (totals.hessian + l2) : 0);
      tree.cover.push(totals.count);
      tree.gain.push(0);
      bins.push(0);
      return tree.feature.length - 1;
    };
    const root = this.sum(order, rows, gradient, hessian);
    const leaves: Leaf[] = [
      { node: addNode(root), depth: 0, from: 0, to: rows, totals: root, histogram: null, split: null },
    ];
    const histogram = (from: number, to: number) => {
      const buffer = this.free.pop() ?? new Float64Array(this.binned.offsets[this.binned.columns] * CELL);
      buildHistogram(this.binned, used, order, from, to, gradient, hessian, buffer);
      return buffer;
    };
    leaves[0].histogram = histogram(0, rows);
    this.consider(leaves[0], used);
    while (leaves.length < this.limits.leaves) {
      let at = -1;
      leaves.forEach((leaf, i) => {
        if (leaf.split && (at < 0 || leaf.split.gain > leaves[at].split!.gain)) at = i;
      });
      if (at < 0) break;
      const leaf = leaves[at];
      const split = leaf.split!;
      const middle = this.partition(order, leaf.from, leaf.to, split);
      const bounds = this.binned.bounds[split.column];
      tree.feature[leaf.node] = split.column;
      tree.threshold[leaf.node] = split.bin < bounds.length ? bounds[split.bin] : Number.MAX_VALUE;
      tree.missingLeft[leaf.node] = split.missingLeft ? 1 : 0;
      tree.gain[leaf.node] = split.gain;
      bins[leaf.node] = split.bin;
      const child = (from: number, to: number, totals: Totals): Leaf => ({
        ...{ node: addNode(totals), depth: leaf.depth + 1, from, to, totals, histogram: null, split: null },
      });
      const left = child(leaf.from, middle, split.left);
      const right = child(middle, leaf.to, split.right);
      tree.left[leaf.node] = left.node;
      leaves.splice(at, 1, left, right);
      const parent = leaf.histogram!;
      leaf.histogram = null;
      const more = leaves.length < this.limits.leaves && left.depth < this.limits.maxDepth;
      if (!more) {
        this.free.push(parent);
        continue;
      }
      const [small, large] = left.to - left.from <= right.to - right.from ? [left, right] : [right, left];
      small.histogram = histogram(small.from, small.to);
      subtractHistogram(parent, small.histogram);
      large.histogram = parent;
      this.consider(small, used);
      this.consider(large, used);
    }
    for (const leaf of leaves) this.release(leaf);
    return { tree, bins, leaves };
  }

  private sum(order: Int32Array, rows: number, gradient: Float32Array, hessian: Float32Array): Totals {
    let g = 0;
    let h = 0;
    for (let i = 0; i < rows; i++) {
      g += gradient[order[i]];
      h += hessian[order[i]];
    }
    return { gradient: g, hessian: h, count: rows };
  }

  private consider(leaf: Leaf, used: Int32Array): void {
    leaf.split = bestSplit(leaf.histogram!, this.binned, used, leaf.totals, this.limits);
    if (!leaf.split) this.release(leaf);
  }

  private release(leaf: Leaf): void {
    if (leaf.histogram) this.free.push(leaf.histogram);
    leaf.histogram = null;
  }

  /** Rows that go left before the others, each side in its old order; gives where the right side begins. */
  private partition(order: Int32Array, from: number, to: number, split: Split): number {
    const { codes, columns, bounds } = this.binned;
    const { column, bin } = split;
    const missing = bounds[column].length + 1;
    const missingLeft = split.missingLeft;
    let left = from;
    let right = 0;
    for (let i = from; i < to; i++) {
      const row = order[i];
      const code = codes[row * columns + column];
      if (code === missing ? missingLeft : code <= bin) order[left++] = row;
      else this.scratch[right++] = row;
    }
    order.set(this.scratch.subarray(0, right), left);
    return left;
  }
}
