import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PredictionLog } from "../../engine/journal";
import type { Assessment } from "../../engine/models";
import { planRequestSchema } from "../../engine/planner/request";
import { parseSnapshot } from "../../engine/snapshot";
import { keepTrack, settle } from "../../provider/track-record";
import { alarmOf, healthOf, judgedOf } from "../../provider/track/health";
import { MemoryTelemetry } from "../engine/models/memoryTelemetry";

const HOUR = 3600;
const START = 1_772_409_600;
const HOSTS = ["up", "restarts", "silent"];
const snapshot = parseSnapshot(
  {
    schemaVersion: 1,
    source: { kind: "vcenter", name: "vc" },
    takenAt: "2026-03-02T00:00:00Z",
    clusters: [
      {
        id: "c",
        name: "c",
        drs: { enabled: false, automation: "manual" },
        ha: { enabled: false, admissionControl: { policy: "none" } },
      },
    ],
    hosts: HOSTS.map((id) => ({
      ...{ id, name: id, cluster: "c", connection: "connected", power: "poweredOn", maintenance: false },
      ...{ cpuMhz: 1000, cores: 1, threads: 1, memoryMb: 1024 },
    })),
    virtualMachines: ["calm", "busy"].map((id, i) => ({
      ...{ id, name: id, host: HOSTS[i], cluster: "c", power: "poweredOn", vcpus: 1, memoryMb: 512 },
    })),
  },
  "test",
);
const KEY = "vc/c";

/** Three days of uptime: one host restarts in the second, one isn't heard of after the first. */
const uptime = (host: string) =>
  Array.from({ length: host === "silent" ? 24 : 72 }, (_, hour) =>
    host === "restarts" && hour >= 30 ? (hour - 29) * HOUR : 1e6 + hour * HOUR,
  );
const used = (entity: string, metric: "vmCpuMhz" | "vmMemoryConsumedMb", values: number[]) => ({
  ...{ entity, metric, start: START, step: HOUR, values },
});
/** One VM always uses 500 MHz, the other 950 from the 26th hour on; of memory nobody uses much. */
const telemetry = new MemoryTelemetry("vc", [
  ...HOSTS.map((entity) => ({
    ...{ entity, metric: "hostUptimeSeconds" as const, start: START, step: HOUR, values: uptime(entity) },
  })),
  used("calm", "vmCpuMhz", Array<number>(72).fill(500)),
  used(
    "busy",
    "vmCpuMhz",
    Array.from({ length: 72 }, (_, hour) => (hour < 26 ? 100 : 950)),
  ),
  used("calm", "vmMemoryConsumedMb", Array<number>(72).fill(100)),
]);

const saying = (...probability: number[]): Assessment => {
  const flat = { mean: new Float64Array(48).fill(400), variance: new Float64Array(48).fill(10_000) };
  return {
    horizon: { start: START + 24 * HOUR, step: HOUR, length: 24 },
    virtualMachines: {
      ...{ ids: ["calm", "busy"], cpuMhz: flat, memoryMb: flat, basis: ["history", "history"] },
      coverage: new Float64Array(2),
    },
    hosts: { ids: HOSTS, failureProbability: Float64Array.from(probability), evidence: ["", "", ""], model: "m" },
    lacking: [],
    trained: [{ name: "demand/quantile/memory", digest: "" }],
  };
};
const at = (hours: number) =>
  planRequestSchema.parse({ cluster: "c", asOf: START + hours * HOUR, config: { horizonHours: 24 } });

describe("the track record", () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "track-"))));
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const settings = (models?: string) => ({ journal: join(folder, "journal.duckdb"), models, hostEvents: undefined });

  it("what is due is settled by uptime; of a host that nobody saw since, nobody can tell", async () => {
    const kept = settings(folder);
    await keepTrack(kept, { snapshot, telemetry }, KEY, saying(0.1, 0.2, 0.3), at(24));
    assert.deepEqual(await judgedOf(kept.journal, snapshot), []);
    await keepTrack(kept, { snapshot, telemetry }, KEY, saying(0.1, 0.2, 0.3), at(60));
    const said = await new PredictionLog(kept.journal).predictions(KEY);
    const outcomes = said
      .filter(({ event }) => event === "failure")
      .map(({ subject, at: time, outcome }) => [subject, (time - START) / HOUR, outcome]);
    assert.deepEqual(outcomes, [
      ["restarts", 24, 1],
      ["silent", 24, null],
      ["up", 24, 0],
      ["restarts", 60, null],
      ["silent", 60, null],
      ["up", 60, null],
    ]);
  });

  it("keeps contention by host and horizon, and judges it by what the VMs that were meant have used since", async () => {
    const kept = settings(folder);
    await keepTrack(kept, { snapshot, telemetry }, KEY, saying(0.1, 0.2, 0.3), at(24));
    const moved = { ...snapshot, virtualMachines: snapshot.virtualMachines.map((vm) => ({ ...vm, host: "up" })) };
    await settle(kept, { snapshot: moved, telemetry }, KEY, START + 49 * HOUR);
    const said = (await new PredictionLog(kept.journal).predictions(KEY)).filter(({ event }) => event !== "failure");
    const cpu = said.filter(({ event }) => event === "cpu contention");
    assert.deepEqual(
      cpu.map(({ model, subject, due, bound, outcome }) => [model, subject, due / HOUR - START / HOUR, bound, outcome]),
      [
        ["seasonal-baseline/cpu@1h", "restarts", 25, 800, 0],
        ["seasonal-baseline/cpu@1h", "up", 25, 800, 0],
        ["seasonal-baseline/cpu@24h", "restarts", 48, 800, 1],
        ["seasonal-baseline/cpu@24h", "up", 48, 800, 0],
        ["seasonal-baseline/cpu@6h", "restarts", 30, 800, 1],
        ["seasonal-baseline/cpu@6h", "up", 30, 800, 0],
      ],
    );
    for (const { value } of cpu) assert.ok(value > 0 && value < 0.01, "400 MHz give or take 100 seldom pass 800");
    const memory = said.filter(({ event, subject }) => event === "memory contention" && subject === "restarts");
    assert.deepEqual(
      memory.map(({ model, outcome }) => [model, outcome]),
      ["1h", "24h", "6h"].map((ahead) => [`demand/quantile/memory@${ahead}`, null]),
      "nobody collected the memory of the VM that was meant",
    );
  });

  it("an alarm of one horizon withdraws the model behind it", async () => {
    const kept = settings(folder);
    const log = new PredictionLog(kept.journal);
    const wrong = Array.from({ length: 300 }, (_, i) => ({
      ...{ model: "demand/quantile/cpu@6h", cluster: KEY, subject: "up", at: START + i * HOUR },
      ...{ due: START + (i + 6) * HOUR, value: 0.9, unit: "probability", event: "cpu contention" as const, bound: 800 },
    }));
    await log.record(wrong);
    await log.settle(KEY, START + 1000 * HOUR, () => 0);
    const judged = await judgedOf(kept.journal, snapshot);
    assert.match(alarmOf(judged, "demand/quantile/cpu", START) ?? "", /constant.*\(6h ahead\)$/);
    assert.equal(alarmOf(judged, "demand/quantile", START), null);
  });

  it("writes nothing where there is neither a journal nor a folder of models", async () => {
    const kept = settings();
    await keepTrack(kept, { snapshot, telemetry }, KEY, saying(0.1, 0.2, 0.3), at(24));
    assert.equal(existsSync(kept.journal), false);
  });

  it("an alarm counts what was said since the training, and nothing before", async () => {
    const kept = settings(folder);
    const log = new PredictionLog(kept.journal);
    const wrong = Array.from({ length: 300 }, (_, i) => ({
      ...{ model: "m", cluster: KEY, subject: "up", at: START + i * HOUR, due: START + (i + 1) * HOUR },
      ...{ value: 0.9, unit: "probability", event: "failure" as const, bound: null },
    }));
    await log.record(wrong);
    await log.settle(KEY, START + 1000 * HOUR, () => 0);
    const judged = await judgedOf(kept.journal, snapshot);
    assert.match(alarmOf(judged, "m", START) ?? "", /constant/);
    assert.equal(alarmOf(judged, "m", START + 200 * HOUR), null, "too few since then to tell");
    assert.equal(alarmOf(judged, "other", START), null);
    const [health] = await healthOf(kept.journal, snapshot);
    assert.equal(health.state, "alarm");
  });
});
