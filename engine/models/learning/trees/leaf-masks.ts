import type { FeatureMatrix } from "./matrix";
import type { BoostedTrees } from "./model";
import type { Tree } from "./tree";

/** Leaves of a tree that one integer has a bit for. */
const MOST_LEAVES = 32;

/** The tests of all trees on one column, by rising threshold. */
interface ColumnTests {
  readonly column: number;
  readonly thresholds: Float64Array;
  readonly trees: Int32Array;
  /** The leaves that are left where the test fails, which is to say that the value goes right. */
  readonly masks: Int32Array;
  readonly missingLeft: Uint8Array;
}

/**
 * Several models of boosted trees over the same few rows, such as the quantiles of one series' next hours: QuickScorer
 * (Lucchese et al., SIGIR 2015). Each test that a row fails strikes out the leaves to the left of it; the leftmost leaf that
 * remains is the row's. Tests run column by column up to the value, for all models at once, and those that all rows fail
 * are done once. Gives what a walk from root to leaf gives, to the last bit.
 */
export class LeafMasks {
  private readonly tests: readonly ColumnTests[];
  private readonly initial: readonly number[];
  /** By model, the first of its trees; then the end. */
  private readonly begins: readonly number[];
  /** Of all trees one behind another, by leaf from the left; `first` says where each tree's begin. */
  private readonly values: Float64Array;
  private readonly first: Int32Array;
  /** By tree, the leaves that are left: after what all rows fail, and for one row. */
  private readonly common: Int32Array;
  private readonly left: Int32Array;
  /** By index into `tests`: how many all rows of the matrix fail; -1 where the rows differ in nothing. */
  private readonly shared: Int32Array;

  private constructor(models: readonly BoostedTrees[], leavesOf: readonly Leaves[]) {
    this.initial = models.map(({ initial }) => initial);
    this.begins = models.reduce((begins, { trees }) => [...begins, begins[begins.length - 1] + trees.length], [0]);
    this.first = new Int32Array(leavesOf.length);
    this.values = Float64Array.from(leavesOf.flatMap(({ values }) => values));
    for (let t = 1; t < leavesOf.length; t++) this.first[t] = this.first[t - 1] + leavesOf[t - 1].values.length;
    this.tests = testsOf(models, leavesOf);
    this.common = new Int32Array(leavesOf.length);
    this.left = new Int32Array(leavesOf.length);
    this.shared = new Int32Array(this.tests.length);
  }

  /** Null where a tree has more leaves than an integer has bits. */
  static of(models: readonly BoostedTrees[]): LeafMasks | null {
    const leavesOf: Leaves[] = [];
    for (const { trees } of models) {
      for (const tree of trees) {
        const leaves = leavesFromLeft(tree);
        if (leaves === null) return null;
        leavesOf.push(leaves);
      }
    }
    return new LeafMasks(models, leavesOf);
  }

  /** @param into [model][row] raw scores, as of Forest.raw */
  raw(matrix: FeatureMatrix, into: readonly Float64Array[]): void {
    const { initial, begins, first, values, left, common } = this;
    this.strikeCommon(matrix);
    for (let row = 0; row < matrix.rows; row++) {
      left.set(common);
      this.strike(matrix.values, row * matrix.columns);
      for (let model = 0; model < initial.length; model++) {
        let sum = initial[model];
        for (let t = begins[model]; t < begins[model + 1]; t++) {
          const remaining = left[t];
          sum += values[first[t] + 31 - Math.clz32(remaining & -remaining)];
        }
        into[model][row] = sum;
      }
    }
  }

  /** What every row of the matrix fails. */
  private strikeCommon({ rows, columns, values }: FeatureMatrix): void {
    const { tests, common, shared } = this;
    common.fill(-1);
    for (let i = 0; i < tests.length; i++) {
      const { column } = tests[i];
      let least = values[column];
      let most = least;
      let missing = 0;
      for (let row = 0, at = column; row < rows; row++, at += columns) {
        const value = values[at];
        if (value < least) least = value;
        if (value > most) most = value;
        if (value !== value) missing++;
      }
      // What is missing fails tests of its own.
      if (missing === rows || (missing === 0 && least === most)) {
        strikeOne(tests[i], least, 0, common);
        shared[i] = -1;
      } else shared[i] = missing > 0 ? 0 : strikeOne(tests[i], least, 0, common);
    }
  }

  private strike(values: ArrayLike<number>, at: number): void {
    const { tests, left, shared } = this;
    for (let i = 0; i < tests.length; i++)
      if (shared[i] >= 0) strikeOne(tests[i], values[at + tests[i].column], shared[i], left);
  }
}

/** Does the tests from the `from`th on that the value fails; gives the first that it passes. */
function strikeOne(tests: ColumnTests, value: number, from: number, left: Int32Array): number {
  const { thresholds, trees, masks, missingLeft } = tests;
  let k = from;
  if (value === value) {
    // As in training, where infinity is the largest number.
    const bounded = value > Number.MAX_VALUE ? Number.MAX_VALUE : value;
    for (; k < thresholds.length && thresholds[k] < bounded; k++) left[trees[k]] &= masks[k];
  } else {
    for (; k < thresholds.length; k++) if (missingLeft[k] === 0) left[trees[k]] &= masks[k];
  }
  return k;
}

interface Leaves {
  /** By leaf, from the left. */
  readonly values: number[];
  /** By node: the leaves that are left where its test fails. */
  readonly masks: Int32Array;
}

function leavesFromLeft({ feature, left, value }: Tree): Leaves | null {
  const values: number[] = [];
  const masks = new Int32Array(feature.length).fill(-1);
  const visit = (node: number): boolean => {
    if (feature[node] < 0) return values.push(value[node]) <= MOST_LEAVES;
    const from = values.length;
    if (!visit(left[node])) return false;
    for (let leaf = from; leaf < values.length; leaf++) masks[node] &= ~(1 << leaf);
    return visit(left[node] + 1);
  };
  return visit(0) ? { values, masks } : null;
}

/** A test of a tree, trees numbered through all models. */
interface Test {
  readonly tree: number;
  readonly node: number;
}

function testsOf(models: readonly BoostedTrees[], leavesOf: readonly Leaves[]): ColumnTests[] {
  const trees = models.flatMap((model) => model.trees);
  const found = new Map<number, Test[]>();
  trees.forEach(({ feature }, tree) =>
    feature.forEach((column, node) => {
      if (column < 0) return;
      const list = found.get(column);
      if (list) list.push({ tree, node });
      else found.set(column, [{ tree, node }]);
    }),
  );
  const thresholdOf = ({ tree, node }: Test): number => trees[tree].threshold[node];
  return [...found].map(([column, tests]) => {
    tests.sort((a, b) => thresholdOf(a) - thresholdOf(b));
    return {
      column,
      thresholds: Float64Array.from(tests, thresholdOf),
      trees: Int32Array.from(tests, ({ tree }) => tree),
      masks: Int32Array.from(tests, ({ tree, node }) => leavesOf[tree].masks[node]),
      missingLeft: Uint8Array.from(tests, ({ tree, node }) => trees[tree].missingLeft[node]),
    };
  });
}
