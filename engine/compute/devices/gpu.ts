import { availableParallelism } from "node:os";
import type { GPU, IKernelRunShortcut, Input, KernelVariable } from "gpu.js";
import { checkMoveScoring } from "../checkMoveScoring";
import type { Device, MoveScoring } from "../device";
import { scoreMovesKernel } from "../kernels/scoreMoves";
import { scoreStaying } from "../room";
import { gather, layOut } from "./layout";

export type GpuMode = "cpu" | "webasm" | "webgpu";

/** Of webasm, which would start one per processor: each costs memory and a start, and one cluster is soon divided. */
const MAX_THREADS = 8;

/** The part of gpu.js that is used; its own types lack `input` and the WebGPU context. */
interface GpuJs {
  readonly GPU: typeof GPU;
  readonly input: (value: Float32Array, size: readonly number[]) => Input;
  readonly WebGPUContext: { destroy(): Promise<void> };
}

/** About 0.1 s, so only when a device of gpu.js is asked for. */
export async function loadGpuJs(): Promise<GpuJs> {
  return (await import("gpu.js")) as unknown as GpuJs;
}

/**
 * A device of gpu.js. The first scoring compiles the kernel; a change of `resources × slots` compiles it anew.
 * Calls run one after the other.
 *
 * @throws (from scoreMoves) Error when gpu.js fell back to another backend, which it does with a mere warning.
 */
export async function openGpuJsDevice(mode: GpuMode): Promise<Device> {
  const { GPU, input } = await loadGpuJs();
  const gpu = new GPU({ mode });
  let compiled: { cells: number; kernel: IKernelRunShortcut } | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const kernelFor = (cells: number, output: [number, number]): IKernelRunShortcut => {
    if (compiled?.cells !== cells) {
      compiled?.kernel.destroy();
      const kernel = gpu.createKernel(scoreMovesKernel, {
        output,
        constants: { cells },
        precision: "single",
        asyncMode: true,
        dynamicOutput: true,
        dynamicArguments: true,
        poolSize: Math.min(MAX_THREADS, availableParallelism()),
      });
      // Without this gpu.js may end a loop after 1,000 rounds, silently.
      kernel.setLoopMaxIterations(cells);
      compiled = { cells, kernel };
    } else {
      compiled.kernel.setOutput(output);
    }
    return compiled.kernel;
  };

  const run = async (scoring: MoveScoring): Promise<Float32Array> => {
    checkMoveScoring(scoring);
    const { vms, hosts, resources, slots } = scoring;
    if (vms * hosts * resources * slots === 0) return new Float32Array(vms * hosts);
    const { width, cells, demand, roomSafe, roomCapacity } = layOut(scoring);
    const kernel = kernelFor(cells, [width, hosts]);
    const args: unknown[] = [
      input(demand, [demand.length]),
      input(roomSafe, [roomSafe.length]),
      input(roomCapacity, [roomCapacity.length]),
    ];
    const rows = (await kernel(...(args as KernelVariable[]))) as unknown as Float32Array[];
    if (kernel.fallbackReason) throw new Error(`gpu.js left ${mode}: ${kernel.fallbackReason}`);
    const scores = gather(rows, scoring);
    scoreStaying(scoring, scores);
    return scores;
  };

  return {
    name: mode,
    scoreMoves: (scoring) => {
      const result = last.then(() => run(scoring));
      last = result.catch(() => undefined);
      return result;
    },
    dispose: async () => {
      await last;
      await gpu.destroy();
    },
  };
}
