import type { IKernelFunctionThis } from "gpu.js";

/**
 * One cell: the sum of row x's leaves in the trees of model y. gpu.js reads this function's source text: see scoreMoves.ts.
 *
 * A model's trees are one chain: a leaf leads on to the root of the next tree, so that a row never waits for the deepest
 * leaf of a tree as it would in a loop of fixed depth. Rows are the fast axis: neighbours, which are often hours of one
 * series, read neighbouring cells.
 *
 * @param cells [slot][row], as many rows as the output is wide: see KernelRows
 * @param nodes [node][slot, threshold, left child or next root, value]; children and roots as indices into this array
 * @param ends by model the index of its first root, then the length of `nodes`
 */
export function evaluateForestKernel(
  this: IKernelFunctionThis,
  cells: number[],
  nodes: number[],
  ends: number[],
): number {
  const end = ends[this.thread.y + 1];
  let node = ends[this.thread.y];
  let sum = 0;
  while (node < end) {
    sum += nodes[node + 3];
    let right = 0;
    if (cells[nodes[node] * this.output.x + this.thread.x] > nodes[node + 1]) right = 4;
    node = nodes[node + 2] + right;
  }
  return sum;
}
