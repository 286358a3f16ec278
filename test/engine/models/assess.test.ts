import assert from "node:assert/strict";
import { AffinityError } from "../../../engine/errors";
import { BASE_RATE_PER_DAY, CONFIGURED_CPU_SHARE, assess, historyGrid } from "../../../engine/models";
import { planRequestSchema } from "../../../engine/planner/request";
import { parseSnapshot } from "../../../engine/snapshot";
import type { TelemetrySource } from "../../../engine/telemetry/source";
import { MemoryTelemetry, type StoredSeries } from "./memoryTelemetry";

const HOUR = 3600;
const AS_OF = Date.UTC(2026, 0, 19, 10, 50) / 1000;
const HORIZON = Date.UTC(2026, 0, 19, 10) / 1000;
const START = HORIZON - 14 * 24 * HOUR;
const VCENTER = "vcenter.example.com";

const vm = (id: string, more: object = {}) => ({
  ...{ id, name: `name-of-${id}`, host: "host-1", cluster: "c-1", power: "poweredOn", vcpus: 2, memoryMb: 4096 },
  ...more,
});
const host = (id: string, more: object = {}) => ({
  ...{ id, name: `name-of-${id}`, cluster: "c-1", connection: "connected", power: "poweredOn", maintenance: false },
  ...{ cpuMhz: 40_000, cores: 16, threads: 32, memoryMb: 262_144, ...more },
});
const cluster = (id: string) => ({
  ...{ id, name: `name-of-${id}`, drs: { enabled: true, automation: "manual" } },
  ha: { enabled: false, admissionControl: { policy: "none" } },
});

function snapshotWith(vms: readonly object[], more: object = {}) {
  const raw = {
    ...{ schemaVersion: 1, source: { kind: "file", name: VCENTER }, takenAt: "2026-01-19T10:50:00Z" },
    ...{ clusters: [cluster("c-1")], hosts: [host("host-1"), host("host-2")], virtualMachines: vms, ...more },
  };
  return parseSnapshot(raw, "the test's snapshot");
}

const hourly = (entity: string, metric: StoredSeries["metric"], at: (i: number) => number, hours = 14 * 24) => ({
  ...{ entity, metric, start: START, step: HOUR },
  values: Array.from({ length: hours }, (_, i) => at(i)),
});
const both = (entity: string, cpu: number, memory: number, hours?: number) => [
  hourly(entity, "vmCpuMhz", () => cpu, hours),
  hourly(entity, "vmMemoryConsumedMb", () => memory, hours),
];

function run(
  snapshot: ReturnType<typeof snapshotWith>,
  telemetry: TelemetrySource | null,
  request: object = {},
  config: object = {},
) {
  const parsed = planRequestSchema.parse({ cluster: "c-1", asOf: AS_OF, config, ...request });
  return assess(parsed, snapshot, snapshot.clusters[0], telemetry);
}

const failsWith = (code: string, pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof AffinityError, String(error));
  assert.equal(error.code, code);
  assert.match(error.describe(), pattern);
  return true;
};

describe("assess", () => {
  it("gives a row for each VM of the cluster in the snapshot's order, then for each VM to be", async () => {
    const snapshot = snapshotWith([vm("vm-2"), vm("vm-1"), vm("vm-9", { cluster: "c-2", host: null })], {
      clusters: [cluster("c-1"), cluster("c-2")],
    });
    const result = await run(snapshot, null, {
      virtualMachines: [
        { name: "new", vcpus: 1, memoryMb: 1024 },
        { name: "name-of-vm-1", vcpus: 2, memoryMb: 4096 },
      ],
    });
    assert.deepEqual(result.virtualMachines.ids, ["vm-2", "vm-1", "new"]);
    assert.equal(result.virtualMachines.cpuMhz.mean.length, 3 * 24);
    assert.deepEqual(result.hosts.ids, ["host-1", "host-2"]);
  });

  it("begins the horizon at the hour of asOf and ends the history on the grid before it", async () => {
    const result = await run(snapshotWith([vm("vm-1")]), null, {}, { stepMinutes: 15, horizonHours: 6 });
    assert.deepEqual(result.horizon, { start: HORIZON, step: HOUR, length: 6 });
    assert.deepEqual(result.window, { start: HORIZON + 45 * 60 - 14 * 86_400, step: 900, length: 14 * 96 });
    assert.deepEqual(historyGrid(AS_OF, 1, 60), { start: HORIZON - 86_400, step: HOUR, length: 24 });
  });

  it("forecasts from a VM's own history, in MHz and MB", async () => {
    const result = await run(snapshotWith([vm("vm-1")]), new MemoryTelemetry(VCENTER, both("vm-1", 700, 3000)));
    const { cpuMhz, memoryMb, basis, coverage } = result.virtualMachines;
    assert.deepEqual(basis, ["history"]);
    assert.equal(coverage[0], 1);
    cpuMhz.mean.forEach((mean) => assert.ok(Math.abs(mean - 700) < 1e-6));
    memoryMb.mean.forEach((mean) => assert.ok(Math.abs(mean - 3000) < 1e-6));
  });

  it("takes averages over the hours of a finer grid", async () => {
    const values = Array.from({ length: 14 * 24 * 12 }, (_, i) => (i % 12 === 0 ? 1200 : i % 12 === 6 ? NaN : 0));
    const stored = { entity: "vm-1", metric: "vmCpuMhz" as const, start: START, step: 300, values };
    const result = await run(
      snapshotWith([vm("vm-1")]),
      new MemoryTelemetry(VCENTER, [stored]),
      {},
      { stepMinutes: 5 },
    );
    assert.ok(Math.abs(result.virtualMachines.cpuMhz.mean[3] - 1200 / 11) < 1e-6);
    // The newest 50 minutes lie after the last stored sample: the grid of 5 minutes reaches beyond it.
    assert.ok(Math.abs(result.virtualMachines.coverage[0] - ((11 / 12) * (14 * 24 - 50 / 60)) / (14 * 24)) < 0.001);
  });

  it("falls back in order: own history, the like VM's, the configured size; and says so", async () => {
    const snapshot = snapshotWith([vm("vm-1"), vm("vm-2"), vm("vm-3", { vcpus: null, memoryMb: null })]);
    const telemetry = new MemoryTelemetry(VCENTER, [...both("vm-1", 700, 3000), ...both("vm-2", 5, 5, 6)]);
    const like = { vcpus: 2, memoryMb: 4096, like: "name-of-vm-1" };
    const result = await run(snapshot, telemetry, {
      virtualMachines: [
        { ...like, name: "as-one" },
        { ...like, name: "smaller", memoryMb: 1000 },
        { name: "alone", vcpus: 4, memoryMb: 8192, like: "nobody" },
        // It has a history of its own, which comes first.
        { ...like, name: "name-of-vm-1", like: "name-of-vm-2" },
      ],
    });
    const { ids, basis, cpuMhz, memoryMb } = result.virtualMachines;
    assert.deepEqual(ids, ["vm-1", "vm-2", "vm-3", "as-one", "smaller", "alone"]);
    assert.deepEqual(basis, ["history", "configured", "configured", "like", "like", "configured"]);
    const at = (values: Float64Array, row: number) => Math.round(values[row * 24]);
    assert.equal(at(cpuMhz.mean, 3), 700);
    assert.equal(at(memoryMb.mean, 4), 1000, "never more memory than is configured");
    assert.equal(at(cpuMhz.mean, 1), 2 * 2500 * CONFIGURED_CPU_SHARE, "six hours of history are too few");
    assert.equal(at(cpuMhz.mean, 5), 4 * 2500 * CONFIGURED_CPU_SHARE);
    assert.equal(at(memoryMb.mean, 5), 8192);
    assert.ok(cpuMhz.variance[5 * 24] > 0);
    assert.ok(Number.isNaN(cpuMhz.mean[2 * 24]) && Number.isNaN(memoryMb.mean[2 * 24]), "unknown is not zero");

    const lacking = new Map(result.lacking.map(({ what, subjects }) => [what, subjects]));
    assert.deepEqual(lacking.get('a virtual machine named "nobody" to be like'), ["alone"]);
    assert.deepEqual(lacking.get("memory history and memory size"), ["name-of-vm-3"]);
    assert.deepEqual(
      result.lacking.filter(({ what }) => what === "cpu history").map(({ subjects }) => subjects),
      [
        ["as-one", "smaller"],
        ["name-of-vm-2", "alone"],
      ],
    );
  });

  it("reads the like VM of another cluster", async () => {
    const snapshot = snapshotWith([vm("vm-1"), vm("vm-9", { cluster: "c-2", host: null })], {
      clusters: [cluster("c-1"), cluster("c-2")],
    });
    const telemetry = new MemoryTelemetry(VCENTER, both("vm-9", 900, 2000));
    const wish = { name: "new", vcpus: 1, memoryMb: 4096, like: "name-of-vm-9" };
    const result = await run(snapshot, telemetry, { virtualMachines: [wish] });
    assert.deepEqual(result.virtualMachines.basis, ["configured", "like"]);
    assert.deepEqual(
      telemetry.asked[0].entities,
      ["vm-1", "vm-9"],
      "of two clusters, only the VMs in question are read",
    );
  });

  it("gives VMs that are off nothing, unless they are asked for", async () => {
    const off = [
      vm("vm-1", { power: "poweredOff" }),
      vm("vm-2", { power: "suspended" }),
      vm("vm-3", { template: true }),
      vm("vm-4", { power: "poweredOff" }),
    ];
    const wish = { name: "name-of-vm-4", vcpus: 2, memoryMb: 4096 };
    const { virtualMachines, lacking } = await run(snapshotWith(off), null, { virtualMachines: [wish] });
    assert.ok(virtualMachines.cpuMhz.mean.subarray(0, 3 * 24).every((mean) => mean === 0));
    assert.ok(virtualMachines.memoryMb.mean.subarray(0, 3 * 24).every((mean) => mean === 0));
    assert.equal(virtualMachines.memoryMb.mean[3 * 24], 4096);
    assert.deepEqual(lacking.find(({ what }) => what === "cpu history")?.subjects, ["name-of-vm-4"]);
  });

  it("plans without telemetry on configured sizes and the base rate, or refuses", async () => {
    const snapshot = snapshotWith([vm("vm-1")]);
    const result = await run(snapshot, null);
    assert.equal(result.newestSample, null);
    const base = 1 - Math.exp(-BASE_RATE_PER_DAY);
    assert.ok([...result.hosts.failureProbability].every((p) => Math.abs(p - base) < 1e-12));
    assert.deepEqual(
      result.lacking.map(({ what }) => what),
      ["cpu history", "memory history", "host telemetry"],
    );
    await assert.rejects(run(snapshot, null, {}, { missingTelemetry: "refuse" }), failsWith("TELEMETRY_EMPTY", /hint/));
  });

  it("says that a database is empty, or refuses it", async () => {
    const snapshot = snapshotWith([vm("vm-1")]);
    const empty = new MemoryTelemetry("another-vcenter", both("vm-1", 1, 1));
    assert.deepEqual((await run(snapshot, empty)).virtualMachines.basis, ["configured"]);
    await assert.rejects(
      run(snapshot, empty, {}, { missingTelemetry: "refuse" }),
      failsWith("TELEMETRY_EMPTY", /memory has no sample[^]*vcenter tag is "vcenter\.example\.com"/),
    );
  });

  it("says that telemetry is stale, or refuses it, by the sample's own age", async () => {
    const snapshot = snapshotWith([vm("vm-1")]);
    const old = new MemoryTelemetry(VCENTER, both("vm-1", 700, 3000, 14 * 24 - 5));
    const newest = HORIZON - 6 * HOUR;
    const result = await run(snapshot, old);
    assert.equal(result.newestSample, newest);
    assert.deepEqual(result.lacking[0]?.subjects, ["name-of-vm-1"]);
    assert.match(result.lacking[0].what, /last 120 minutes/);
    assert.deepEqual(result.virtualMachines.basis, ["history"]);
    const refuse = { missingTelemetry: "refuse" };
    await assert.rejects(run(snapshot, old, {}, refuse), failsWith("TELEMETRY_STALE", /410 minutes old/));
    await run(snapshot, old, {}, { ...refuse, maxStalenessMinutes: 411 });
  });

  it("names the one VM whose samples stopped, though others still come", async () => {
    const telemetry = new MemoryTelemetry(VCENTER, [...both("vm-1", 1, 1), ...both("vm-2", 1, 1, 300)]);
    const result = await run(snapshotWith([vm("vm-1"), vm("vm-2")]), telemetry);
    assert.deepEqual(result.lacking.find(({ what }) => what.startsWith("samples"))?.subjects, ["name-of-vm-2"]);
  });

  it("refuses by name the running VMs without a sample, but not those to be", async () => {
    const telemetry = new MemoryTelemetry(VCENTER, both("vm-1", 1, 1));
    const refuse = { missingTelemetry: "refuse" };
    await assert.rejects(
      run(snapshotWith([vm("vm-1"), vm("vm-2"), vm("vm-3")]), telemetry, {}, refuse),
      failsWith(
        "TELEMETRY_MISSING",
        /2 running virtual machines have no telemetry[^]*name-of-vm-2: [^]*name-of-vm-3: /,
      ),
    );
    const wish = { virtualMachines: [{ name: "new", vcpus: 1, memoryMb: 512 }] };
    assert.deepEqual((await run(snapshotWith([vm("vm-1")]), telemetry, wish, refuse)).virtualMachines.basis, [
      "history",
      "configured",
    ]);
  });

  it("stops when told to", async () => {
    const snapshot = snapshotWith([vm("vm-1")]);
    const request = planRequestSchema.parse({ cluster: "c-1", asOf: AS_OF });
    const telemetry = new MemoryTelemetry(VCENTER, both("vm-1", 1, 1));
    const signal = AbortSignal.abort(new Error("enough"));
    await assert.rejects(assess(request, snapshot, snapshot.clusters[0], telemetry, { signal }), /enough/);
  });
});
