import { codeOf } from "../../../compute/forest-codes";
import type { FeatureMatrix } from "./matrix";
import { lossOf } from "./losses";
import type { BoostedTrees } from "./model";

/** Rows whose codes stay in the cache while all trees pass over them. */
const BLOCK = 256;
/** No code reaches it: a leaf's own test never passes. */
const NEVER = 0xffff;

/**
 * Boosted trees made ready for many rows. Every value becomes a code once, the number of thresholds of its column
 * below it, so that a step in a tree is one comparison of integers without a branch; four rows walk a tree abreast.
 * Where all rows of a block agree in a column, the tests on it are decided once for the block and cut out of the trees.
 * Gives what a plain walk over the model gives, to the last bit.
 */
export class Forest {
  readonly columns: number;
  private readonly initial: number;
  private readonly link: (score: number) => number;
  /** Ascending, by column. */
  private readonly thresholds: readonly Float64Array[];
  /** Of all trees one behind another; a child is a node's number within the whole. */
  private readonly slot: Int32Array;
  private readonly code: Int32Array;
  private readonly child: Int32Array;
  private readonly value: Float64Array;
  private readonly roots: Int32Array;
  private readonly codes: Uint16Array;
  /** By slot: 1 where all rows of the block have the same code. */
  private readonly constant: Uint8Array;
  /** One tree after the cut: slot, code, child, and the node that it was. */
  private readonly cut: { slot: Int32Array; code: Int32Array; child: Int32Array; from: Int32Array };

  constructor(model: BoostedTrees) {
    this.columns = model.features.length;
    this.initial = model.initial;
    this.link = lossOf(model.loss, model.quantile).link;
    const found = model.features.map(() => new Set<number>());
    for (const tree of model.trees)
      tree.feature.forEach((column, node) => column >= 0 && found[column].add(tree.threshold[node]));
    this.thresholds = found.map((set) => Float64Array.from(set).sort());
    if (this.thresholds.some((list) => list.length >= NEVER)) throw new RangeError("more thresholds than codes");
    const nodes = model.trees.reduce((sum, tree) => sum + tree.feature.length, 0);
    this.slot = new Int32Array(nodes);
    this.code = new Int32Array(nodes);
    this.child = new Int32Array(nodes);
    this.value = new Float64Array(nodes);
    this.roots = new Int32Array(model.trees.length);
    // Two slots a column: a missing value is above all thresholds in the first, below them in the second.
    this.codes = new Uint16Array(BLOCK * this.columns * 2);
    this.constant = new Uint8Array(this.columns * 2);
    const most = model.trees.reduce((size, tree) => Math.max(size, tree.feature.length), 1);
    const array = () => new Int32Array(most);
    this.cut = { slot: array(), code: array(), child: array(), from: array() };
    let root = 0;
    model.trees.forEach((tree, t) => {
      this.roots[t] = root;
      tree.feature.forEach((column, node) => {
        const at = root + node;
        this.value[at] = tree.value[node];
        if (column < 0) {
          this.code[at] = NEVER;
          this.child[at] = at;
          return;
        }
        this.slot[at] = 2 * column + tree.missingLeft[node];
        this.code[at] = codeOf(this.thresholds[column], tree.threshold[node]);
        this.child[at] = root + tree.left[node];
      });
      root += tree.feature.length;
    });
  }

  /** Raw scores of the rows, without any offsets that the training had. */
  raw(matrix: FeatureMatrix, into = new Float64Array(matrix.rows)): Float64Array {
    if (matrix.columns !== this.columns)
      throw new RangeError(`${matrix.columns} columns, the model has ${this.columns}`);
    for (let from = 0; from < matrix.rows; from += BLOCK) {
      const to = Math.min(matrix.rows, from + BLOCK);
      this.encode(matrix, from, to);
      this.walk(into, from, to);
    }
    return into;
  }

  /** Predictions of the rows: probabilities for the logistic loss, the target's unit otherwise. */
  predict(matrix: FeatureMatrix, into = new Float64Array(matrix.rows)): Float64Array {
    this.raw(matrix, into);
    for (let row = 0; row < matrix.rows; row++) into[row] = this.link(into[row]);
    return into;
  }

  private encode({ values }: FeatureMatrix, from: number, to: number): void {
    const { columns, codes, constant } = this;
    for (let column = 0; column < columns; column++) {
      const thresholds = this.thresholds[column];
      if (thresholds.length === 0) continue;
      let at = 2 * column;
      let previous = values[from * columns + column];
      let missing = Number.isNaN(previous);
      let code = missing ? NEVER - 1 : codeOf(thresholds, previous);
      const first = code;
      let same = 1;
      for (let row = from; row < to; row++, at += 2 * columns) {
        const value = values[row * columns + column];
        // Neighbouring rows often agree: a search saved.
        if (value !== previous) {
          previous = value;
          missing = Number.isNaN(value);
          code = missing ? NEVER - 1 : codeOf(thresholds, value);
          if (code !== first) same = 0;
        }
        codes[at] = code;
        codes[at + 1] = missing ? 0 : code;
      }
      constant[2 * column] = same;
      constant[2 * column + 1] = same;
    }
  }

  /** Copies a tree without the tests that the block decides; gives its depth. */
  private prune(root: number): number {
    const { slot, code, child, codes, constant, cut } = this;
    const resolve = (node: number) => {
      while (code[node] !== NEVER && constant[slot[node]])
        node = child[node] + (code[node] < codes[slot[node]] ? 1 : 0);
      return node;
    };
    cut.from[0] = resolve(root);
    let nodes = 1;
    let depth = 0;
    for (let node = 0, level = 1; node < nodes; level = nodes, depth++) {
      const last = level;
      for (; node < last; node++) {
        const from = cut.from[node];
        cut.slot[node] = slot[from];
        cut.code[node] = code[from];
        cut.child[node] = node;
        if (code[from] === NEVER) continue;
        cut.child[node] = nodes;
        cut.from[nodes++] = resolve(child[from]);
        cut.from[nodes++] = resolve(child[from] + 1);
      }
    }
    return depth - 1;
  }

  private walk(into: Float64Array, from: number, to: number): void {
    const { value, roots, codes, cut } = this;
    const { slot, code, child } = cut;
    const stride = 2 * this.columns;
    into.fill(this.initial, from, to);
    for (const root of roots) {
      const depth = this.prune(root);
      if (depth === 0) {
        const all = value[cut.from[0]];
        for (let row = from; row < to; row++) into[row] += all;
        continue;
      }
      let row = from;
      for (; row + 4 <= to; row += 4) {
        const row0 = (row - from) * stride;
        const row1 = row0 + stride;
        const row2 = row1 + stride;
        const row3 = row2 + stride;
        let a = 0;
        let b = 0;
        let c = 0;
        let d = 0;
        for (let level = 0; level < depth; level++) {
          a = child[a] + ((code[a] - codes[row0 + slot[a]]) >>> 31);
          b = child[b] + ((code[b] - codes[row1 + slot[b]]) >>> 31);
          c = child[c] + ((code[c] - codes[row2 + slot[c]]) >>> 31);
          d = child[d] + ((code[d] - codes[row3 + slot[d]]) >>> 31);
        }
        into[row] += value[cut.from[a]];
        into[row + 1] += value[cut.from[b]];
        into[row + 2] += value[cut.from[c]];
        into[row + 3] += value[cut.from[d]];
      }
      for (; row < to; row++) {
        const base = (row - from) * stride;
        let node = 0;
        for (let level = 0; level < depth; level++)
          node = child[node] + ((code[node] - codes[base + slot[node]]) >>> 31);
        into[row] += value[cut.from[node]];
      }
    }
  }
}
