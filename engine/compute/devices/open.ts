import type { Device, DeviceName } from "../device";
import { openGpuJsDevice } from "./gpu";
import { openPlainDevice } from "./plain";
import { probeWebGpu } from "./probe";
import { openWebGpuDevice } from "./webgpu";

export interface OpenedDevice {
  readonly device: Device;
  /** What WebGPU runs on, in words. */
  readonly adapter?: string;
}

export type OpenDevice = (name: DeviceName, signal?: AbortSignal) => Promise<OpenedDevice>;

/**
 * Opens a device without testing it. The caller disposes of it.
 *
 * @throws Error whose message says why the device isn't there.
 */
export const openDevice: OpenDevice = async (name, signal) => {
  switch (name) {
    case "plain":
      return { device: openPlainDevice() };
    case "cpu":
    case "webasm":
      return { device: await openGpuJsDevice(name) };
    case "webgpu": {
      const probe = await probeWebGpu(signal);
      if ("reason" in probe) throw new Error(probe.reason);
      return { device: await openWebGpuDevice(), adapter: probe.adapter };
    }
  }
};
