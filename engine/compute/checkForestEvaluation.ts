import { EXACT_LIMIT } from "./checkMoveScoring";
import type { FlatForest, ForestEvaluation } from "./device";

/** Of a column: a code, the number of thresholds below a value, is one of 16 bits. */
const MOST_THRESHOLDS = 0xfffe;
/** Four numbers a node, and every index into them exact in 32-bit floats. */
const MOST_NODES = EXACT_LIMIT / 4;

const checked = new WeakSet<FlatForest>();

/**
 * Holds an input to the contract of {@link ForestEvaluation}. Every evaluation runs it first; a forest is looked at once.
 *
 * @throws TypeError for an array of the wrong length, RangeError for trees that aren't trees, leaves whose sum could reach 2^24,
 * and more nodes or thresholds than a device can count exactly.
 */
export function checkForestEvaluation({ forest, rows, values }: ForestEvaluation): void {
  if (!Number.isInteger(rows) || rows < 0) throw new RangeError(`rows must be an integer from 0, not ${rows}`);
  if (!checked.has(forest)) {
    checkForest(forest);
    checked.add(forest);
  }
  checkLength("values", values, rows * forest.columns);
}

function checkForest(forest: FlatForest): void {
  const { columns, models, roots, column, threshold, left, missingLeft, value } = forest;
  if (!Number.isInteger(columns) || columns < 0)
    throw new RangeError(`columns must be an integer from 0, not ${columns}`);
  checkBounds("models", models, roots.length - 1);
  checkBounds("roots", roots, column.length);
  const nodes = column.length;
  if (nodes > MOST_NODES) throw new RangeError(`${nodes} nodes are more than ${MOST_NODES}`);
  for (const [name, array] of Object.entries({ threshold, left, missingLeft, value })) checkLength(name, array, nodes);
  const hasParent = new Uint8Array(nodes);
  const thresholds = Array.from({ length: columns }, () => new Set<number>());
  for (let model = 0; model + 1 < models.length; model++) {
    let largest = 0;
    for (let tree = models[model]; tree < models[model + 1]; tree++) {
      if (roots[tree] === roots[tree + 1]) throw new RangeError(`tree ${tree} has no nodes`);
      let most = 0;
      for (let node = roots[tree]; node < roots[tree + 1]; node++) {
        if (column[node] < 0) {
          most = Math.max(most, Math.abs(value[node]));
          continue;
        }
        if (column[node] >= columns)
          throw new RangeError(`node ${node} is of column ${column[node]}, but there are ${columns}`);
        if (left[node] <= node || left[node] + 1 >= roots[tree + 1])
          throw new RangeError(`the children of node ${node} don't lie behind it in its tree`);
        if (hasParent[left[node]] || hasParent[left[node] + 1])
          throw new RangeError(`a child of node ${node} has another parent`);
        hasParent[left[node]] = hasParent[left[node] + 1] = 1;
        if (Number.isNaN(threshold[node])) throw new RangeError(`threshold[${node}] is NaN`);
        thresholds[column[node]].add(threshold[node]);
      }
      largest += most;
    }
    if (largest >= EXACT_LIMIT) throw new RangeError(`the leaves of model ${model} could add up to ${largest}`);
  }
  thresholds.forEach(({ size }, at) => {
    if (size > MOST_THRESHOLDS) throw new RangeError(`column ${at} has ${size} thresholds, at most ${MOST_THRESHOLDS}`);
  });
}

/** Ascending, from 0 to `end`. */
function checkBounds(name: string, bounds: Int32Array, end: number): void {
  if (bounds.length === 0 || bounds[0] !== 0 || bounds[bounds.length - 1] !== end)
    throw new RangeError(`${name} must begin with 0 and end with ${end}`);
  for (let i = 1; i < bounds.length; i++)
    if (bounds[i] < bounds[i - 1]) throw new RangeError(`${name}[${i}] is below the one before it`);
}

function checkLength(name: string, array: ArrayLike<number>, length: number): void {
  if (array.length !== length) throw new TypeError(`${name} must hold ${length} numbers, not ${array.length}`);
}
