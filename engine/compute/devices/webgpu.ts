import type { Device } from "../device";
import { loadGpuJs, openGpuJsDevice } from "./gpu";

/** What is used of npm `webgpu`; described here because its types declare a browser's globals. */
interface WebGpu {
  create(options: readonly string[]): WebGpuInstance;
}
interface WebGpuInstance {
  requestAdapter(): Promise<WebGpuAdapter | null>;
}
interface WebGpuAdapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
}

/** An ES module without types for our purpose: a name that TypeScript doesn't follow. */
const packageName: string = "webgpu";

// Dawn lives as long as this object, and one instance serves all devices of the process.
let instance: WebGpuInstance | undefined;
let users = 0;

/**
 * The adapter in words, such as `google swiftshader: SwiftShader driver 5.0.0 (software)`.
 *
 * Loads native code and a Vulkan, Metal or Direct3D driver into the process. A broken driver takes the process down, so
 * ask the probe first: see probe.ts.
 *
 * @throws Error when the package can't be loaded or there is no adapter.
 */
export async function describeAdapter(): Promise<string> {
  const adapter = await (await openInstance()).requestAdapter();
  if (!adapter) throw new Error("no WebGPU adapter answered");
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const name = [`${vendor} ${architecture}`.trim(), description].filter(Boolean).join(": ");
  return isFallbackAdapter ? `${name} (software)` : name;
}

/** WebGPU through gpu.js. Dispose of it, so that the driver is let go. */
export async function openWebGpuDevice(): Promise<Device> {
  const gpu = await openInstance();
  const device = await withNavigator(gpu, () => openGpuJsDevice("webgpu"));
  users++;
  let open = true;
  return {
    name: "webgpu",
    // gpu.js asks navigator.gpu for an adapter at the first run, and again after a device was lost.
    scoreMoves: (input) => withNavigator(gpu, () => device.scoreMoves(input)),
    evaluateForest: (input) => withNavigator(gpu, () => device.evaluateForest(input)),
    dispose: async () => {
      if (!open) return;
      open = false;
      await device.dispose();
      if (--users > 0) return;
      await (await loadGpuJs()).WebGPUContext.destroy();
      instance = undefined;
    },
  };
}

async function openInstance(): Promise<WebGpuInstance> {
  if (!instance) {
    const { create } = (await import(packageName)) as WebGpu;
    instance ??= create([]);
  }
  return instance;
}

let borrowers = 0;
let lender: (() => void) | undefined;

/**
 * Runs `work` while `navigator.gpu` is there, and takes it away afterwards: other packages take a `navigator` for the
 * sign of a browser (Node.js 20 has none, from 21 on there is one without `gpu`).
 */
async function withNavigator<T>(gpu: WebGpuInstance, work: () => Promise<T>): Promise<T> {
  if (borrowers++ === 0) lender = lendNavigator(gpu);
  try {
    return await work();
  } finally {
    if (--borrowers === 0) lender?.();
  }
}

function lendNavigator(gpu: WebGpuInstance): () => void {
  const scope = globalThis as { navigator?: object };
  const target = scope.navigator ?? {};
  const before = Object.getOwnPropertyDescriptor(target, "gpu");
  const made = scope.navigator === undefined;
  if (made) Object.defineProperty(scope, "navigator", { value: target, configurable: true, writable: true });
  Object.defineProperty(target, "gpu", { value: gpu, configurable: true });
  return () => {
    if (made) delete scope.navigator;
    else if (before) Object.defineProperty(target, "gpu", before);
    else delete (target as { gpu?: unknown }).gpu;
  };
}
