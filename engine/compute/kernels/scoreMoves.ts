import type { IKernelFunctionThis } from "gpu.js";

/**
 * One cell: the score of VM x arriving on host y. gpu.js reads this function's source text, so it may use nothing from
 * outside itself, and no syntax beyond plain loops and Math.
 *
 * VMs are the fast axis: neighbouring cells then read neighbouring demands (coalesced on a GPU) and the same room (one
 * load for a SIMD quad). With hosts as the fast axis WebAssembly took 1.6 times as long.
 *
 * The arrays are flat because gpu.js 2.24 on its cpu backend takes the width of the output for the width of every
 * two-dimensional argument, when sizes may change between calls.
 *
 * @param demand [resource × slot][VM], as many VMs as the output is wide
 * @param roomSafe [host][resource × slot], see room.ts
 * @param roomCapacity [host][resource × slot]
 */
export function scoreMovesKernel(
  this: IKernelFunctionThis<{ cells: number }>,
  demand: number[],
  roomSafe: number[],
  roomCapacity: number[],
): number {
  let score = 0;
  for (let cell = 0; cell < this.constants.cells; cell++) {
    const d = demand[cell * this.output.x + this.thread.x];
    const room = this.thread.y * this.constants.cells + cell;
    score += Math.max(0, d - roomSafe[room]) + 3 * Math.max(0, d - roomCapacity[room]);
  }
  return score;
}
