// Run by probe.ts in a process of its own; prints the answer as one line of JSON.
import { selfTest } from "../selftest";
import type { WebGpuProbe } from "./probe";
import { describeAdapter, openWebGpuDevice } from "./webgpu";

async function probe(): Promise<WebGpuProbe> {
  const adapter = await describeAdapter();
  const device = await openWebGpuDevice();
  const failure = await selfTest(device);
  await device.dispose();
  return failure ? { reason: `${adapter} is ${failure}` } : { adapter };
}

probe()
  .catch((error: unknown) => ({ reason: error instanceof Error ? error.message.split("\n")[0] : String(error) }))
  // An explicit exit: a driver's threads must not keep the child alive.
  .then((answer) => process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0)));
