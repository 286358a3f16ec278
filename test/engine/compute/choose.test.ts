import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { AffinityError } from "../../../engine/errors";
import {
  chooseDevice,
  describeDevices,
  DEVICE_NAMES,
  openDevice,
  RACE_WORK,
  typicalForest,
  typicalJob,
  type Device,
  type DeviceName,
  type OpenDevice,
} from "../../../engine/compute";
import { assertForestExact } from "./forests";
import { assertExact } from "./moves";

const SMALL = { vms: 20, hosts: 4, resources: 2, slots: 24 };
const LIMITS = { sampleWork: 2 ** 20, maxRuns: 3, budgetMs: 50 };

interface Behaviour {
  /** Added to every score. */
  wrongBy?: number;
  delayMs?: number;
  lacking?: string;
}

/** Opens plain devices under all names, behaving as told; remembers which were opened and disposed of. */
function bench(behaviours: Partial<Record<DeviceName, Behaviour>>) {
  const opened: DeviceName[] = [];
  const disposed: DeviceName[] = [];
  const open: OpenDevice = async (name) => {
    const { wrongBy = 0, delayMs = 0, lacking } = behaviours[name] ?? {};
    if (lacking) throw new Error(lacking);
    opened.push(name);
    const { device: plain } = await openDevice("plain");
    const device: Device = {
      name,
      scoreMoves: async (input) => {
        return later(delayMs, async () => (await plain.scoreMoves(input)).map((score) => score + wrongBy));
      },
      evaluateForest: (input) => later(delayMs, () => plain.evaluateForest(input)),
      dispose: async () => {
        disposed.push(name);
      },
    };
    return { device };
  };
  return { open, opened, disposed };
}

async function later<T>(ms: number, work: () => Promise<T>): Promise<T> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  return work();
}

describe("choice of a device", () => {
  it("takes plain for a small job, and opens nothing else", async () => {
    const { open, opened } = bench({});
    const { device, report } = await chooseDevice("auto", SMALL, { open });
    assert.equal(device.name, "plain");
    assert.deepEqual(opened, []);
    assert.deepEqual(
      report.map(({ name, available, chosen }) => ({ name, available, chosen })),
      DEVICE_NAMES.map((name) => ({ name, available: name === "plain" || undefined, chosen: name === "plain" })),
    );
    for (const { verdict } of report) assert.match(verdict, /a race can't pay for a job this small/);
  });

  it("races when the scorings to come add up to enough work", async () => {
    const { open, opened } = bench({});
    const calls = Math.ceil(RACE_WORK / (20 * 4 * 2 * 24));
    const { device } = await chooseDevice("auto", SMALL, { open, calls, limits: LIMITS });
    assert.deepEqual(opened, DEVICE_NAMES);
    await device.dispose();
  });

  it("takes the quickest of those that pass the self-test, and disposes of the others", async () => {
    const { open, disposed } = bench({
      plain: { delayMs: 30 },
      webasm: { wrongBy: 1 },
      webgpu: { lacking: "no adapter" },
    });
    const { device, report } = await chooseDevice("auto", SMALL, { open, raceAbove: 0, limits: LIMITS });
    assert.equal(device.name, "cpu");
    assert.deepEqual(disposed.sort(), ["plain", "webasm"]);
    const [plain, webasm, cpu, webgpu] = report;
    assert.match(cpu.verdict, /^used: quickest, [\d.]+ ms per scoring$/);
    assert.match(plain.verdict, /^not used: [\d.]+ times as long as cpu$/);
    assert.deepEqual([webasm.available, webasm.selfTest], [false, "failed"]);
    assert.match(webasm.verdict, /^self-test wrong on .* instead of/);
    assert.equal(webasm.race, undefined);
    assert.deepEqual([webgpu.available, webgpu.selfTest, webgpu.verdict], [false, "not run", "no adapter"]);
    await device.dispose();
  });

  it("gives the same scores whichever device wins", async () => {
    const job = typicalJob(SMALL, 3);
    const scores = new Set<string>();
    for (const name of ["plain", "cpu", "webasm"] as const) {
      const { device } = await chooseDevice(name, SMALL);
      scores.add(Buffer.from((await device.scoreMoves(job)).buffer).toString("hex"));
      await device.dispose();
    }
    assert.equal(scores.size, 1);
  });

  it("takes the device asked for by name, after its self-test", async () => {
    const { device, report } = await chooseDevice("webasm", SMALL);
    assert.equal(device.name, "webasm");
    assert.deepEqual(
      report.filter(({ chosen }) => chosen).map(({ name, selfTest, verdict }) => [name, selfTest, verdict]),
      [["webasm", "passed", "used: asked for by name"]],
    );
    await device.dispose();
  });

  it("says why a device asked for by name can't be used, and what to do", async () => {
    for (const [behaviour, reason] of [
      [{ lacking: "no WebGPU adapter answered" }, /"webgpu" cannot be used: no WebGPU adapter answered/],
      [{ wrongBy: 2 }, /"webgpu" cannot be used: self-test wrong on 1 VMs/],
    ] as const) {
      const { open, opened, disposed } = bench({ webgpu: behaviour });
      await assert.rejects(chooseDevice("webgpu", SMALL, { open }), (error) => {
        assert.ok(error instanceof AffinityError);
        assert.equal(error.code, "DEVICE_UNAVAILABLE");
        assert.match(error.message, reason);
        assert.match(error.hint!, /use device "auto"/);
        return true;
      });
      assert.deepEqual(disposed, opened);
    }
  });

  it("stops when aborted, with nothing left open", async () => {
    const { open, opened, disposed } = bench({});
    const controller = new AbortController();
    const stopping: OpenDevice = async (name, signal) => {
      if (name === "webasm") controller.abort(new Error("enough"));
      return open(name, signal);
    };
    const options = { open: stopping, raceAbove: 0, limits: LIMITS, signal: controller.signal };
    await assert.rejects(chooseDevice("auto", SMALL, options), /enough/);
    assert.deepEqual(disposed.sort(), opened.sort());
  });

  it("goes on with plain when the winner of the race fails later", async () => {
    let lost = false;
    const open: OpenDevice = async (name) => {
      if (name !== "webgpu" && name !== "plain") throw new Error("not here");
      const { device: plain } = await openDevice("plain");
      if (name === "plain")
        return { device: { ...plain, scoreMoves: (job) => later(30, () => plain.scoreMoves(job)) } };
      const scoreMoves: Device["scoreMoves"] = (job) =>
        lost ? Promise.reject(new Error("device lost")) : plain.scoreMoves(job);
      return { device: { ...plain, name, scoreMoves } };
    };
    const { device } = await chooseDevice("auto", SMALL, { open, raceAbove: 0, limits: LIMITS });
    assert.equal(device.name, "webgpu");
    await assert.rejects(device.scoreMoves({ ...typicalJob(SMALL, 1), vms: 21 }), TypeError);
    assert.equal(device.name, "webgpu", "an input that breaks the contract is no failure of the device");
    lost = true;
    await assertExact(device, typicalJob(SMALL, 1));
    assert.equal(device.name, "plain");
    await device.dispose();
  });

  it("races on forests as on moves, and goes on with plain when the winner fails at one", async () => {
    let lost = false;
    const open: OpenDevice = async (name) => {
      const { device: plain } = await openDevice("plain");
      if (name === "cpu" || name === "webasm") throw new Error("not here");
      const evaluateForest: Device["evaluateForest"] = (job) => {
        if (name === "plain") return later(30, () => plain.evaluateForest(job));
        return lost ? Promise.reject(new Error("device lost")) : plain.evaluateForest(job);
      };
      return { device: { ...plain, name, evaluateForest } };
    };
    const size = { rows: 500, columns: 5, models: 2, trees: 10, leaves: 8 };
    const { device, report } = await chooseDevice("auto", size, { open, raceAbove: 0, limits: LIMITS });
    assert.equal(device.name, "webgpu");
    assert.match(report.find(({ chosen }) => chosen)!.verdict, /^used: quickest, [\d.]+ ms per evaluation$/);
    const job = typicalForest(size, 4);
    await assert.rejects(device.evaluateForest({ ...job, rows: 501 }), TypeError);
    assert.equal(device.name, "webgpu", "an input that breaks the contract is no failure of the device");
    lost = true;
    await assertForestExact(device, job);
    assert.equal(device.name, "plain");
    await device.dispose();
  });

  it("describes every device and leaves none open", async () => {
    const { open, opened, disposed } = bench({ webgpu: { lacking: "no adapter" } });
    const report = await describeDevices(SMALL, { open, limits: LIMITS });
    assert.deepEqual(
      report.map(({ name }) => name),
      DEVICE_NAMES,
    );
    assert.equal(report.filter(({ chosen }) => chosen).length, 1);
    assert.deepEqual(disposed.sort(), opened.sort());
  });

  it("loads neither gpu.js nor webgpu until a device of theirs is asked for", async () => {
    const engine = join(__dirname, "../../../engine/compute");
    const program = `
      require(${JSON.stringify(engine)}).chooseDevice("auto", ${JSON.stringify(SMALL)}).then(({ device }) => {
        const loaded = Object.keys(require.cache).filter((file) => /node_modules.(gpu\\.js|gl|webgpu)\\b/.test(file));
        console.log(JSON.stringify([device.name, loaded]));
      });`;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", program]);
    assert.deepEqual(JSON.parse(stdout), ["plain", []]);
  });
});
