import { createRandom } from "../random";
import { EXACT_LIMIT } from "./checkMoveScoring";
import type { FlatForest, ForestEvaluation } from "./device";

/** The shape of a job: rows down `models × trees` trees. */
export interface ForestSize {
  readonly rows: number;
  readonly columns: number;
  readonly models: number;
  /** Of each model. */
  readonly trees: number;
  /** Of each tree. */
  readonly leaves: number;
}

/** The demand forecaster's: the hours of a day of many series, five quantiles. */
export const demandForest = (rows: number): ForestSize => ({ rows, columns: 63, models: 5, trees: 150, leaves: 15 });

/** Rows that are neighbours: the hours of one series. */
const RUN = 24;

/**
 * Rows as a forecaster has them, in runs of `alike` that agree in half of the columns; trees grown leaf by leaf at random. For races;
 * the same for the same seed.
 */
export function typicalForest(size: ForestSize, seed: number, alike = RUN): ForestEvaluation {
  const random = createRandom(seed, "forest");
  // A hundred thresholds a column, as bins leave them.
  const threshold = () => (random.integer(101) - 50) / 20;
  const values = new Float32Array(size.rows * size.columns);
  for (let row = 0; row < size.rows; row++) {
    for (let column = 0; column < size.columns; column++) {
      const at = row * size.columns + column;
      const shared = column % 2 === 0 && row % alike > 0;
      values[at] = shared ? values[at - size.columns] : random.normal();
    }
  }
  return { forest: grown(size, random, threshold, 2000), rows: size.rows, values };
}

/** Numbers at which devices differ, subnormal ones among them. */
const EXTREMES = [0, -0, Infinity, -Infinity, 3.4028234e38, -3.4028234e38, 1e-45, -1e-45, 1e-40, 0.1, 1, -1];

/** Anything the contract allows: missing and extreme values, values on a threshold, leaves that nearly reach 2^24 together. */
export function extremeForest(size: ForestSize, seed: number): ForestEvaluation {
  const random = createRandom(seed, "forest");
  const extreme = () => EXTREMES[random.integer(EXTREMES.length)];
  const any = () => (random.uniform() < 0.5 ? extreme() : random.normal() * 10 ** (random.integer(60) - 30));
  const values = new Float32Array(size.rows * size.columns);
  for (let i = 0; i < values.length; i++) {
    // Every third column lacks values.
    const lacks = (i % size.columns) % 3 === 0 && random.uniform() < 0.3;
    values[i] = lacks ? Number.NaN : any();
  }
  const threshold = () => (random.uniform() < 0.2 ? Number.MAX_VALUE : Math.fround(any()));
  const largest = Math.floor((EXACT_LIMIT - 1) / Math.max(1, size.trees));
  return { forest: grown(size, random, threshold, largest), rows: size.rows, values };
}

function grown(
  { columns, models, trees, leaves }: ForestSize,
  random: ReturnType<typeof createRandom>,
  threshold: () => number,
  largest: number,
): FlatForest {
  const perTree = 2 * leaves - 1;
  const nodes = models * trees * perTree;
  const forest = {
    columns,
    models: Int32Array.from({ length: models + 1 }, (_, model) => model * trees),
    roots: Int32Array.from({ length: models * trees + 1 }, (_, tree) => tree * perTree),
    column: new Int32Array(nodes).fill(-1),
    threshold: new Float64Array(nodes),
    left: new Int32Array(nodes),
    missingLeft: new Uint8Array(nodes),
    value: Int32Array.from({ length: nodes }, () => random.integer(2 * largest + 1) - largest),
  };
  for (let root = 0; root < nodes; root += perTree) {
    const open = [root];
    for (let next = root + 1; next < root + perTree; next += 2) {
      const [node] = open.splice(random.integer(open.length), 1);
      forest.column[node] = random.integer(columns);
      forest.threshold[node] = threshold();
      forest.left[node] = next;
      forest.missingLeft[node] = random.integer(2);
      open.push(next, next + 1);
    }
  }
  return forest;
}
