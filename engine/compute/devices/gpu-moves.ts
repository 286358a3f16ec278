import type { GPU, IKernelRunShortcut } from "gpu.js";
import { checkMoveScoring } from "../checkMoveScoring";
import type { MoveScoring } from "../device";
import { scoreMovesKernel } from "../kernels/scoreMoves";
import { scoreStaying } from "../room";
import { kernelSettings, type RunKernel } from "./gpu-kernel";
import { gather, layOut } from "./layout";

/** Scores moves on gpu.js; a change of `resources × slots` compiles the kernel anew. */
export function movesOn(gpu: GPU, run: RunKernel): (scoring: MoveScoring) => Promise<Float32Array> {
  let compiled: { cells: number; kernel: IKernelRunShortcut } | undefined;

  const kernelFor = (cells: number): IKernelRunShortcut => {
    if (compiled?.cells === cells) return compiled.kernel;
    compiled?.kernel.destroy();
    const kernel = gpu.createKernel(scoreMovesKernel, { ...kernelSettings(), constants: { cells } });
    // Without this gpu.js may end a loop after 1,000 rounds, silently.
    kernel.setLoopMaxIterations(cells);
    compiled = { cells, kernel };
    return kernel;
  };

  return async (scoring) => {
    checkMoveScoring(scoring);
    const { vms, hosts, resources, slots } = scoring;
    if (vms * hosts * resources * slots === 0) return new Float32Array(vms * hosts);
    const { width, cells, demand, roomSafe, roomCapacity } = layOut(scoring);
    const rows = await run(kernelFor(cells), [width, hosts], [demand, roomSafe, roomCapacity]);
    const scores = gather(rows, scoring);
    scoreStaying(scoring, scores);
    return scores;
  };
}
