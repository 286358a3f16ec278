// Run by webgpu.test.ts in a process whose Vulkan driver is SwiftShader. Ends by itself once the devices are disposed of.
import assert from "node:assert/strict";
import { chooseDevice, openDevice, typicalJob } from "../../../engine/compute";
import { assertForestParity } from "./forests";
import { assertExact, assertParity } from "./moves";

async function main(): Promise<void> {
  const size = { vms: 50, hosts: 7, resources: 2, slots: 24 };
  const { device, report } = await chooseDevice("webgpu", size);
  const chosen = report.find((each) => each.chosen)!;
  await assertParity(device, 60);
  await assertForestParity(device, 30);
  assert.equal(
    (globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu,
    undefined,
    "navigator.gpu is left behind",
  );

  const { device: second } = await openDevice("webgpu");
  await device.dispose();
  await assertExact(second, typicalJob(size, 5));
  await second.dispose();

  const { device: again } = await openDevice("webgpu");
  await assertExact(again, typicalJob(size, 6));
  await again.dispose();
  process.stdout.write(JSON.stringify({ adapter: chosen.adapter, selfTest: chosen.selfTest }));
}

void main();
