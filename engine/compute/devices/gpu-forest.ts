import type { GPU, IKernelRunShortcut } from "gpu.js";
import { checkForestEvaluation } from "../checkForestEvaluation";
import { EXACT_LIMIT } from "../checkMoveScoring";
import type { ForestEvaluation } from "../device";
import { evaluateForestKernel } from "../kernels/evaluateForest";
import { layOutForest, layOutRows } from "./forest-layout";
import { kernelSettings, type RunKernel } from "./gpu-kernel";

/** Evaluates forests on gpu.js; a forest with longer walks than any before it compiles the kernel anew. */
export function forestsOn(gpu: GPU, run: RunKernel): (input: ForestEvaluation) => Promise<Int32Array> {
  let compiled: { steps: number; kernel: IKernelRunShortcut } | undefined;

  const kernelFor = (steps: number): IKernelRunShortcut => {
    if (compiled && compiled.steps >= steps) return compiled.kernel;
    compiled?.kernel.destroy();
    const kernel = gpu.createKernel(evaluateForestKernel, kernelSettings());
    kernel.setLoopMaxIterations(steps);
    compiled = { steps, kernel };
    return kernel;
  };

  return async (input) => {
    checkForestEvaluation(input);
    const { forest, rows } = input;
    const models = forest.models.length - 1;
    const sums = new Int32Array(models * rows);
    if (sums.length === 0 || forest.column.length === 0) return sums;
    // Indices into the cells are 32-bit floats on a device; there are two rows of cells a column at most.
    const part = Math.max(4, Math.floor(EXACT_LIMIT / (8 * Math.max(1, forest.columns))) * 4);
    for (let first = 0; first < rows; first += part) {
      const count = Math.min(part, rows - first);
      const width = Math.ceil(count / 4) * 4;
      const laidOut = layOutRows(input, first, count, width);
      const { nodes, ends, steps } = layOutForest(forest, laidOut);
      const byModel = await run(kernelFor(steps), [width, models], [laidOut.cells, nodes, ends]);
      for (let model = 0; model < models; model++) {
        sums.set(byModel[model].subarray(0, count), model * rows + first);
      }
    }
    return sums;
  };
}
