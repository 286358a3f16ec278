import type { GPU, Input, KernelVariable } from "gpu.js";
import type { Device } from "../device";
import { forestsOn } from "./gpu-forest";
import type { RunKernel } from "./gpu-kernel";
import { movesOn } from "./gpu-moves";

export type GpuMode = "cpu" | "webasm" | "webgpu";

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

/** A device of gpu.js. A kernel is compiled by its first run. Calls run one after the other. */
export async function openGpuJsDevice(mode: GpuMode): Promise<Device> {
  const { GPU, input } = await loadGpuJs();
  const gpu = new GPU({ mode });
  let last: Promise<unknown> = Promise.resolve();

  const run: RunKernel = async (kernel, output, args) => {
    kernel.setOutput([...output]);
    const inputs: unknown[] = args.map((array) => input(array, [array.length]));
    const rows = (await kernel(...(inputs as KernelVariable[]))) as unknown as Float32Array[];
    if (kernel.fallbackReason) throw new Error(`gpu.js left ${mode}: ${kernel.fallbackReason}`);
    return rows;
  };
  const inTurn = <Job, Result>(work: (job: Job) => Promise<Result>) => {
    return (job: Job): Promise<Result> => {
      const result = last.then(() => work(job));
      last = result.catch(() => undefined);
      return result;
    };
  };

  return {
    name: mode,
    scoreMoves: inTurn(movesOn(gpu, run)),
    evaluateForest: inTurn(forestsOn(gpu, run)),
    dispose: async () => {
      await last;
      await gpu.destroy();
    },
  };
}
