import { availableParallelism } from "node:os";
import type { IKernelRunShortcut } from "gpu.js";

/** Of webasm, which would start one per processor: each costs memory and a start, and one cluster is soon divided. */
const MAX_THREADS = 8;

/** What all kernels have in common; the size of the output is said at each run. */
export const kernelSettings = () => ({
  output: [1, 1],
  precision: "single" as const,
  asyncMode: true,
  dynamicOutput: true,
  dynamicArguments: true,
  poolSize: Math.min(MAX_THREADS, availableParallelism()),
});

/**
 * Runs a kernel over flat arrays; gives [y][x].
 *
 * @throws Error when gpu.js fell back to another backend, which it does with a mere warning
 */
export type RunKernel = (
  kernel: IKernelRunShortcut,
  output: readonly [number, number],
  args: readonly Float32Array[],
) => Promise<Float32Array[]>;
