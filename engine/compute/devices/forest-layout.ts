import type { FlatForest, ForestEvaluation } from "../device";
import { codeOf, forestCodes, NEVER } from "../forest-codes";

/** A forest in the order in which the kernel reads it; see kernels/evaluateForest.ts. */
export interface KernelForest {
  readonly nodes: Float32Array;
  readonly ends: Float32Array;
  /** Nodes that a row can pass in one model, at most. */
  readonly steps: number;
}

/**
 * One row of codes per column where no value is missing; two where some are: above all thresholds in the first, below
 * them all in the second, which the nodes read whose missing values go left.
 */
export interface KernelCodes {
  /** By column, the row of codes that its nodes read, by missingLeft. */
  readonly slots: readonly (readonly [number, number])[];
  /** [slot][width] */
  readonly codes: Float32Array;
}

/** @param width rows of the job, rounded up; the codes of the ones added are 0 */
export function layOutCodes(
  { forest, values }: ForestEvaluation,
  first: number,
  rows: number,
  width: number,
): KernelCodes {
  const { columns } = forest;
  const { thresholds } = forestCodes(forest);
  const slots: [number, number][] = [];
  const missing: boolean[] = [];
  let used = 0;
  for (let column = 0; column < columns; column++) {
    if (thresholds[column].length === 0) {
      slots.push([0, 0]);
      missing.push(false);
      continue;
    }
    missing.push(anyMissing(values, first * columns + column, columns, rows));
    slots.push(missing[column] ? [used, used + 1] : [used, used]);
    used += missing[column] ? 2 : 1;
  }
  const codes = new Float32Array(Math.max(1, used) * width);
  for (let column = 0; column < columns; column++) {
    const list = thresholds[column];
    if (list.length === 0) continue;
    const [right, left] = slots[column];
    let previous = Number.NaN;
    let code = 0;
    for (let row = 0; row < rows; row++) {
      const value = values[(first + row) * columns + column];
      if (Number.isNaN(value)) {
        codes[right * width + row] = NEVER - 1;
        continue;
      }
      // Neighbouring rows often agree: a search saved.
      if (value !== previous) {
        previous = value;
        code = codeOf(list, value);
      }
      codes[right * width + row] = code;
      if (missing[column]) codes[left * width + row] = code;
    }
  }
  return { slots, codes };
}

function anyMissing(values: ArrayLike<number>, from: number, stride: number, rows: number): boolean {
  for (let row = 0, at = from; row < rows; row++, at += stride) if (Number.isNaN(values[at])) return true;
  return false;
}

export function layOutForest(forest: FlatForest, slots: KernelCodes["slots"]): KernelForest {
  const { models, roots, column, left, missingLeft, value } = forest;
  const { code } = forestCodes(forest);
  const nodes = new Float32Array(column.length * 4);
  const depth = new Int32Array(column.length);
  let steps = 0;
  for (let model = 0; model + 1 < models.length; model++) {
    let most = 0;
    for (let tree = models[model]; tree < models[model + 1]; tree++) {
      let deepest = 0;
      for (let node = roots[tree]; node < roots[tree + 1]; node++) {
        const at = 4 * node;
        nodes[at + 1] = code[node];
        if (column[node] < 0) {
          nodes[at + 2] = 4 * roots[tree + 1];
          nodes[at + 3] = value[node];
          deepest = Math.max(deepest, depth[node]);
        } else {
          nodes[at] = slots[column[node]][missingLeft[node]];
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
