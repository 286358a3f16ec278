import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { runProbe, type WebGpuProbe } from "../../../engine/compute/devices/probe";
import { componentPath, needs, temporaryFolder } from "../../testbed";

const run = promisify(execFile);
const CHILD = join(__dirname, "webgpu-child.js");

describe("kernels on webgpu", () => {
  describe("through SwiftShader", () => {
    needs("swiftshader");

    it("gives the reference's bytes, leaves no global behind, and lets the process end", async function () {
      this.timeout(120_000);
      const icd = await componentPath("swiftshader");
      // The loader, libvulkan.so.1, lies beside the driver too.
      const env = { ...process.env, VK_ICD_FILENAMES: icd, VK_DRIVER_FILES: icd, LD_LIBRARY_PATH: dirname(icd) };
      const { stdout } = await run(process.execPath, ["--enable-source-maps", CHILD], { env, timeout: 110_000 });
      const { adapter, selfTest } = JSON.parse(stdout) as { adapter: string; selfTest: string };
      assert.match(adapter, /swiftshader.*\(software\)$/i);
      assert.equal(selfTest, "passed");
    });
  });

  it("is unavailable, with the reason, where there is no driver", async function () {
    if (process.platform !== "linux") this.skip(); // elsewhere the driver is part of the system
    const env = { ...process.env, VK_ICD_FILENAMES: "/nonexistent.json", VK_DRIVER_FILES: "/nonexistent.json" };
    const error = await run(process.execPath, [CHILD], { env }).then(
      () => assert.fail("a device without a driver"),
      (reason: { stderr: string }) => reason,
    );
    assert.match(error.stderr, /the compute device "webgpu" cannot be used: no WebGPU adapter answered/);
  });

  describe("probe", () => {
    async function probe(program: string, patienceMs?: number): Promise<WebGpuProbe> {
      const script = join(await temporaryFolder(), "probe.cjs");
      await writeFile(script, program);
      return runProbe(script, { patienceMs });
    }

    it("survives a driver that crashes the process", async () => {
      assert.deepEqual(await probe(`process.kill(process.pid, "SIGSEGV"); setTimeout(() => {}, 10_000);`), {
        reason: "the graphics driver crashed the process that tried it (SIGSEGV)",
      });
    });

    it("gives up on a driver that hangs", async () => {
      assert.deepEqual(await probe("setTimeout(() => {}, 60_000);", 300), {
        reason: "the graphics driver did not answer within 0.3 s",
      });
    });

    it("doubts a process that fails or says nothing", async () => {
      assert.deepEqual(await probe("process.exit(7);"), {
        reason: "the process that tried it failed with exit code 7",
      });
      assert.deepEqual(await probe(""), { reason: "the process that tried it gave no answer" });
    });

    it("reads past a driver's chatter and adds its warning", async () => {
      const program = `
        console.error("Warning: Couldn't load Vulkan: libvulkan.so.1");
        console.log("MESA: hello");
        console.log(JSON.stringify({ reason: "no WebGPU adapter answered" }));`;
      assert.deepEqual(await probe(program), {
        reason: "no WebGPU adapter answered; Couldn't load Vulkan: libvulkan.so.1",
      });
    });

    it("ends the child when aborted", async () => {
      const script = join(await temporaryFolder(), "probe.cjs");
      await writeFile(script, "setTimeout(() => {}, 60_000);");
      const controller = new AbortController();
      const result = runProbe(script, { signal: controller.signal });
      controller.abort(new Error("enough"));
      await assert.rejects(result, /enough/);
    });
  });
});
