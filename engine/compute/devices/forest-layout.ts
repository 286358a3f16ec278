import type { FlatForest, ForestEvaluation } from "../device";
import { codeOf, forestCodes, NEVER } from "../forest-codes";

/**
 * What the kernel compares, column by column: the values themselves, where neither a value nor a threshold is one that
 * devices treat each in its own way (missing, infinite, subnormal, of more than 32 bits), and else codes.
 */
export interface KernelRows {
  /** By column, the row of `cells` that its nodes read, by missingLeft: two rows where values are missing. */
  readonly slots: readonly (readonly [number, number])[];
  /** By column: 1 where the rows hold values, 0 where they hold codes. */
  readonly bare: Uint8Array;
  /** [slot][width] */
  readonly cells: Float32Array;
}

/** A forest in the order in which the kernel reads it; see kernels/evaluateForest.ts. */
export interface KernelForest {
  readonly nodes: Float32Array;
  readonly ends: Float32Array;
  /** Nodes that a row can pass in one model, at most. */
  readonly steps: number;
}

/** Of 32-bit floats: below it they're subnormal, and a device may take them for 0. */
const LEAST_NORMAL = 2 ** -126;
/** The largest; devices needn't know infinity. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;
/** Rows that are copied together, so that what is read of them stays in the processor's cache. */
const BLOCK = 64;

/** @param width rows of the job from `first` on, `rows` of them, rounded up; the cells of the ones added are 0 */
export function layOutRows(
  { forest, values }: ForestEvaluation,
  first: number,
  rows: number,
  width: number,
): KernelRows {
  const { columns } = forest;
  const { thresholds, fitsBare } = forestCodes(forest);
  const part = values.subarray(first * columns, (first + rows) * columns);
  const { odd, missing } = oddities(part, columns);
  const bare = fitsBare.map((fits, column) => (fits && !odd[column] && part instanceof Float32Array ? 1 : 0));
  const slots: [number, number][] = [];
  let used = 0;
  for (let column = 0; column < columns; column++) {
    if (thresholds[column].length === 0) slots.push([0, 0]);
    else slots.push(missing[column] ? [used++, used++] : [used, used++]);
  }
  const cells = new Float32Array(Math.max(1, used) * width);
  for (let from = 0; from < rows; from += BLOCK) {
    const end = Math.min(rows, from + BLOCK);
    for (let column = 0; column < columns; column++) {
      const [right, left] = slots[column];
      if (thresholds[column].length === 0) continue;
      if (bare[column]) {
        for (let row = from, at = from * columns + column; row < end; row++, at += columns)
          cells[right * width + row] = part[at];
      } else writeCodes(thresholds[column], part, columns, column, from, end, cells, right * width, left * width);
    }
  }
  return { slots, bare, cells };
}

/** A missing value is above all thresholds at `right`, below them all at `left`. */
function writeCodes(
  thresholds: Float64Array,
  values: ArrayLike<number>,
  columns: number,
  column: number,
  from: number,
  end: number,
  cells: Float32Array,
  right: number,
  left: number,
): void {
  let previous = Number.NaN;
  let code = 0;
  for (let row = from; row < end; row++) {
    const value = values[row * columns + column];
    if (Number.isNaN(value)) {
      cells[left + row] = 0;
      cells[right + row] = NEVER - 1;
      continue;
    }
    // Neighbouring rows often agree: a search saved.
    if (value !== previous) {
      previous = value;
      code = codeOf(thresholds, value);
    }
    cells[left + row] = code;
    cells[right + row] = code;
  }
}

/** By column, whether any value is other than an ordinary number, and whether any is missing. */
function oddities(values: ArrayLike<number>, columns: number): { odd: Uint8Array; missing: Uint8Array } {
  const odd = new Uint8Array(columns);
  const missing = new Uint8Array(columns);
  for (let at = 0; at < values.length;) {
    for (let column = 0; column < columns; column++, at++) {
      const size = Math.abs(values[at]);
      if ((size >= LEAST_NORMAL && size < LARGEST) || size === 0) continue;
      odd[column] = 1;
      if (Number.isNaN(size)) missing[column] = 1;
    }
  }
  return { odd, missing };
}

export function layOutForest(forest: FlatForest, { slots, bare }: KernelRows): KernelForest {
  const { models, roots, column, left, missingLeft, value } = forest;
  const { code, bareThreshold } = forestCodes(forest);
  const nodes = new Float32Array(column.length * 4);
  const depth = new Int32Array(column.length);
  let steps = 0;
  for (let model = 0; model + 1 < models.length; model++) {
    let most = 0;
    for (let tree = models[model]; tree < models[model + 1]; tree++) {
      let deepest = 0;
      for (let node = roots[tree]; node < roots[tree + 1]; node++) {
        const at = 4 * node;
        if (column[node] < 0) {
          nodes[at + 1] = LARGEST;
          nodes[at + 2] = 4 * roots[tree + 1];
          nodes[at + 3] = value[node];
          deepest = Math.max(deepest, depth[node]);
        } else {
          nodes[at] = slots[column[node]][missingLeft[node]];
          nodes[at + 1] = bare[column[node]] ? bareThreshold[node] : code[node];
          nodes[at + 2] = 4 * left[node];
          depth[left[node]] = depth[left[node] + 1] = depth[node] + 1;
        }
      }
      most += deepest + 1;
    }
    steps = Math.max(steps, most);
  }
  return { nodes, ends: Float32Array.from(models, (tree) => 4 * roots[tree]), steps };
}
