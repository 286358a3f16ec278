import assert from "node:assert/strict";
import { assess } from "../../../engine/models";
import { assessFailures, FAILURE_METRICS } from "../../../engine/models/failure";
import { carryNewest } from "../../../engine/models/demand/carry-newest";
import { readNewest } from "../../../engine/models/newest";
import { planRequestSchema } from "../../../engine/planner/request";
import { createRandom } from "../../../engine/random";
import { hostSchema, parseSnapshot } from "../../../engine/snapshot";
import { MemoryTelemetry, type StoredSeries } from "./memoryTelemetry";

const HOUR = 3600;
const DAYS = 14;
const AS_OF = Date.UTC(2026, 0, 19, 10, 30) / 1000;
const START = Date.UTC(2026, 0, 5, 10) / 1000;
const VCENTER = "vcenter.example.com";

/** Samples of five minutes up to the instant, `now` in the last quarter of an hour and `before` until then. */
function stored(entity: string, metric: StoredSeries["metric"], before: number, now: number): StoredSeries {
  const length = (AS_OF - START) / 300;
  const random = createRandom(5, entity, metric);
  const values = Array.from({ length }, (_, i) => (i >= length - 3 ? now : before * (1 + 0.1 * random.normal())));
  return { entity, metric, start: START, step: 300, values };
}

describe("the newest minutes", () => {
  const query = {
    ...{ vcenter: VCENTER, asOf: AS_OF, vms: ["a", "b"], vmMinutes: 15, hosts: ["h"], all: false },
    ...{ hostMetrics: ["hostDiskLatencyMs" as const], hostMinutes: 60 },
  };

  it("are the mean of what each VM asked for, also where its host could not give it", async () => {
    const telemetry = new MemoryTelemetry(VCENTER, [
      stored("a", "vmCpuMhz", 100, 500),
      stored("b", "vmCpuMhz", 100, 500),
      stored("b", "vmCpuDemandMhz", 100, 800),
      stored("stranger", "vmCpuMhz", 1, 1),
    ]);
    const { cpuMhz, hosts } = await readNewest(telemetry, query);
    assert.deepEqual(Object.fromEntries(cpuMhz), { a: 500, b: 800 });
    assert.equal(hosts.size, 0);
  });

  it("hold nothing later than the instant, and no zero for what has no sample", async () => {
    const late = { entity: "a", metric: "vmCpuMhz" as const, start: AS_OF, step: 300, values: [9000, 9000] };
    const telemetry = new MemoryTelemetry(VCENTER, [late, stored("h", "hostDiskLatencyMs", 3, 30)]);
    const { cpuMhz, hosts } = await readNewest(telemetry, query);
    assert.equal(cpuMhz.size, 0);
    assert.equal(hosts.get("hostDiskLatencyMs")!.get("h")!.length, 12);
  });

  it("move this hour's forecast wholly, and later ones as far as deviations last", () => {
    const mean = Float64Array.from([7, 100, 100, 100]);
    carryNewest({ newest: 300, persistence: 0.5, elapsed: 0.5 }, 3, mean, null, 1);
    assert.deepEqual([...mean].map(Math.round), [
      7,
      300,
      Math.round(100 + 200 * 0.5 ** 0.5),
      Math.round(100 + 200 * 0.5 ** 1.5),
    ]);
    const low = Float64Array.from([100, 50]);
    carryNewest({ newest: 0, persistence: 0.9, elapsed: 1 }, 2, low, null, 0);
    assert.deepEqual([...low], [0, 0]);
  });

  it("are in the forecast where the plan looks at them, and not where it doesn't", async () => {
    const vm = { name: "a", host: "h", cluster: "c", power: "poweredOn", vcpus: 2, memoryMb: 4096 };
    const host = { name: "h", cluster: "c", connection: "connected", power: "poweredOn", maintenance: false };
    const snapshot = parseSnapshot(
      {
        ...{ schemaVersion: 1, source: { kind: "file", name: VCENTER }, takenAt: "2026-01-19T10:30:00Z" },
        clusters: [
          {
            ...{ id: "c", name: "c", drs: { enabled: false, automation: "manual" } },
            ha: { enabled: false, admissionControl: { policy: "none" } },
          },
        ],
        hosts: [{ id: "h", ...host, cpuMhz: 4e4, cores: 16, threads: 32, memoryMb: 2e5 }],
        virtualMachines: [{ id: "a", ...vm }],
      },
      "the test's snapshot",
    );
    const telemetry = new MemoryTelemetry(VCENTER, [stored("a", "vmCpuMhz", 1000, 3000)]);
    const meansWith = async (newestMinutes: number) => {
      const request = planRequestSchema.parse({ cluster: "c", asOf: AS_OF, config: { newestMinutes } });
      const all = planRequestSchema.parse({ ...request, include: "all" });
      return (await assess(all, snapshot, snapshot.clusters[0], telemetry)).virtualMachines.cpuMhz.mean;
    };
    const [without, having] = [await meansWith(0), await meansWith(15)];
    assert.ok(without[0] < 1100, String(without[0]));
    assert.ok(Math.abs(having[0] - 3000) < 1, String(having[0]));
    assert.ok(Math.abs(having[23] - without[23]) < 20, `${having[23]} ${without[23]}`);
  });

  it("tell of a host's decline before its hourly means do", () => {
    const hours = DAYS * 24;
    const names = ["h-1", "h-2", "h-3", "h-4", "h-5"];
    const hosts = names.map((id) =>
      hostSchema.parse({
        ...{ id, name: id, cluster: "c", connection: "connected", power: "poweredOn", maintenance: false },
        ...{ cpuMhz: 1e4, cores: 8, threads: 16, memoryMb: 1e5 },
      }),
    );
    const metrics = Object.fromEntries(
      FAILURE_METRICS.map((metric) => [
        metric,
        Float64Array.from({ length: names.length * hours }, (_, i) =>
          metric === "hostUptimeSeconds" ? 1e6 + (i % hours) * HOUR : 3 + Math.sin(i) / 4,
        ),
      ]),
    );
    const coverage = Object.fromEntries(FAILURE_METRICS.map((metric) => [metric, new Float64Array(5).fill(1)]));
    const history = { entities: names, firstHour: 490_000, hours, metrics, coverage };
    const signals = (samples: readonly number[]) =>
      new Map([
        ["hostDiskLatencyMs" as const, new Map(names.map((id, h) => [id, h === 0 ? samples : [3, 3, 3, 3, 3, 3]]))],
      ]);
    const risk = (samples: readonly number[]) => assessFailures(hosts, history, 24, null, signals(samples)).probability;
    const quiet = assessFailures(hosts, history, 24).probability[0];
    assert.equal(risk([3, 3, 3, 3, 3, 3])[0], quiet);
    assert.ok(risk([3, 9, 20, 25, 30, 30])[0] > 10 * quiet);
    // One sample is no decline, and too few are no measure.
    assert.equal(risk([3, 3, 3, 3, 3, 300])[0], quiet);
    assert.equal(risk([300, 300])[0], quiet);
  });
});
