import assert from "node:assert/strict";
import { assess } from "../../../engine/models";
import { planRequestSchema } from "../../../engine/planner/request";
import type { Snapshot } from "../../../engine/snapshot";
import { type SyntheticTelemetry, syntheticCluster } from "../../../engine/synthetic";
import { METRICS, type MetricId } from "../../../engine/telemetry/schema";

const END = Date.UTC(2026, 0, 19) / 1000;
const OPTIONS = { seed: 1, hosts: 16, vms: 200, days: 14, stepMinutes: 15, end: END } as const;
const GRID = { start: END - 14 * 86_400, step: 900, length: 14 * 96 };
const DAY = 96;

async function read(telemetry: SyntheticTelemetry, metric: MetricId, grid = GRID): Promise<Map<string, Float64Array>> {
  const { kind } = METRICS[metric];
  const found = new Map<string, Float64Array>();
  for await (const series of telemetry.series({ kind, vcenter: "vcenter.example.com", metrics: [metric], grid })) {
    found.set(series.entity, series.values);
  }
  return found;
}

const finite = (values: Float64Array) => values.filter((value) => !Number.isNaN(value));
const average = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

/** Over the slots that both have, `b` read `lag` slots later. */
function correlation(a: Float64Array, b: Float64Array, lag = 0): number {
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0; i + lag < a.length; i++) {
    if (!Number.isNaN(a[i]) && !Number.isNaN(b[i + lag])) pairs.push([a[i], b[i + lag]]);
  }
  const mean = [0, 1].map((k) => average(pairs.map((pair) => pair[k])));
  const moment = (k: 0 | 1, l: 0 | 1) => average(pairs.map((pair) => (pair[k] - mean[k]) * (pair[l] - mean[l])));
  return moment(0, 1) / Math.sqrt(moment(0, 0) * moment(1, 1));
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** The first slot whose uptime is less than one before it; -1 if there is none. */
function restartOf(uptime: Float64Array): number {
  let highest = 0;
  return uptime.findIndex((value) => {
    const fell = value < highest;
    highest = Math.max(highest, Number.isNaN(value) ? 0 : value);
    return fell;
  });
}

describe("the synthetic telemetry", function () {
  this.timeout(30_000);
  let snapshot: Snapshot;
  let telemetry: SyntheticTelemetry;
  let cpu: Map<string, Float64Array>;
  before(async () => {
    ({ snapshot, telemetry } = syntheticCluster(OPTIONS));
    cpu = await read(telemetry, "vmCpuMhz");
  });

  const tagOf = (category: string, id: string) =>
    snapshot.virtualMachines.find((vm) => vm.id === id)!.tags.find((tag) => tag.category === category)!.name;
  const ofTier = (...tiers: string[]) => [...cpu].filter(([id]) => tiers.includes(tagOf("tier", id)));

  it("is the same for the same seed, in whatever order it is read", async () => {
    const again = syntheticCluster(OPTIONS).telemetry;
    const hosts = await read(again, "hostCpuMhz");
    assert.deepEqual(await read(again, "vmCpuMhz"), cpu);
    assert.deepEqual(await read(telemetry, "hostCpuMhz"), hosts);
    const other = syntheticCluster({ ...OPTIONS, seed: 2 }).telemetry;
    assert.notDeepEqual([...(await read(other, "vmCpuMhz")).values()][0], [...cpu.values()][0]);
  });

  it("repeats itself after a day where people use it, and not where nobody does", () => {
    const daily = median(ofTier("web", "app", "db").map(([, values]) => correlation(values, values, DAY)));
    const idle = median(ofTier("idle").map(([, values]) => correlation(values, values, DAY)));
    assert.ok(daily > 0.35, `web, app and db ${daily}`);
    assert.ok(Math.abs(idle) < 0.15, `idle ${idle}`);
  });

  it("couples the tiers of an application and not those of others", () => {
    const first = (tier: string, application: string) =>
      ofTier(tier).find(([id]) => tagOf("application", id) === application)?.[1];
    const applications = [...new Set(ofTier("web").map(([id]) => tagOf("application", id)))];
    const coupled = applications.flatMap((application) => {
      const web = first("web", application);
      const db = first("db", application);
      return web && db ? [correlation(web, db)] : [];
    });
    assert.ok(median(coupled) > 0.6, `coupled ${median(coupled)}`);
    const batch = ofTier("batch").map(([, values]) => correlation(ofTier("web")[0][1], values));
    assert.ok(median(batch) < 0.2, `batch ${median(batch)}`);
  });

  it("has few busy and many quiet VMs, and bursts", () => {
    const means = [...cpu.values()].map((values) => average(finite(values))).sort((a, b) => a - b);
    const share = means.slice(-20).reduce((a, b) => a + b) / means.reduce((a, b) => a + b);
    assert.ok(share > 0.25, `the busiest tenth use ${share}`);
    const peaks = ofTier("web").map(([, values]) => Math.max(...finite(values)) / average(finite(values)));
    assert.ok(median(peaks) > 3, `peak over mean ${median(peaks)}`);
  });

  it("has gaps that all metrics share, and never a zero in their place", async () => {
    const memory = await read(telemetry, "vmMemoryConsumedMb");
    let gaps = 0;
    for (const [id, values] of cpu) {
      const consumed = memory.get(id)!;
      assert.ok(values.every((value, i) => Number.isNaN(value) === Number.isNaN(consumed[i])));
      gaps += values.filter(Number.isNaN).length;
    }
    const share = gaps / (cpu.size * GRID.length);
    assert.ok(share > 0.005 && share < 0.06, `gaps ${share}`);
    assert.ok([...cpu.values()].every((values) => finite(values).every((value) => value > 0)));
  });

  it("keeps VMs within what they are given", async () => {
    const consumed = await read(telemetry, "vmMemoryConsumedMb");
    const active = await read(telemetry, "vmMemoryActiveMb");
    for (const vm of snapshot.virtualMachines) {
      const host = snapshot.hosts.find(({ id }) => id === vm.host)!;
      const limit = vm.vcpus! * (host.cpuMhz! / host.cores!) + 1;
      const highest = (values: Float64Array | undefined) =>
        finite(values ?? new Float64Array()).reduce((a, b) => Math.max(a, b), 0);
      assert.ok(highest(cpu.get(vm.id)) <= limit);
      assert.ok(highest(consumed.get(vm.id)) <= vm.memoryMb!);
      assert.ok(!active.get(vm.id)?.some((value, i) => value > consumed.get(vm.id)![i]));
    }
    const off = snapshot.virtualMachines.filter(({ power }) => power !== "poweredOn");
    assert.ok(off.length > 0 && off.every(({ id }) => !cpu.has(id)), "a VM that is off has no telemetry");
  });

  it("adds the VMs up to their host", async () => {
    const hosts = await read(telemetry, "hostCpuMhz");
    for (const host of snapshot.hosts) {
      const vms = snapshot.virtualMachines.filter((vm) => vm.host === host.id && vm.power === "poweredOn");
      // The newest slots of a host that is up have a sample of all, but for single ones that were lost.
      const slot = Array.from({ length: DAY }, (_, i) => GRID.length - 1 - i).find((i) =>
        [hosts.get(host.id)!, ...vms.map(({ id }) => cpu.get(id)!)].every((values) => !Number.isNaN(values[i])),
      )!;
      const sum = vms.reduce((total, { id }) => total + cpu.get(id)![slot], 0);
      const overhead = hosts.get(host.id)![slot] - sum;
      assert.ok(Math.abs(overhead - 0.01 * host.cpuMhz!) <= 1 + vms.length, `${host.name} ${overhead}`);
    }
  });

  it("leaves a planner something to gain: some hosts are hot at their peak, others idle", async () => {
    const percent = await read(telemetry, "hostCpuPercent");
    const peaks = snapshot.hosts
      .filter(({ maintenance }) => !maintenance)
      .map(({ id }) =>
        finite(percent.get(id)!)
          .sort()
          .at(-Math.floor(0.05 * GRID.length))!,
      );
    assert.ok(peaks.filter((peak) => peak > 80).length >= 1, `${peaks}`);
    assert.ok(peaks.filter((peak) => peak < 50).length >= 4, `${peaks}`);
  });

  it("lets a host decline before it crashes, and restart after", async () => {
    const uptime = await read(telemetry, "hostUptimeSeconds");
    const latency = await read(telemetry, "hostDiskLatencyMs");
    const errors = await read(telemetry, "hostNetworkErrors");
    const patched = snapshot.hosts.find(({ maintenance }) => maintenance)!.id;
    let crashes = 0;
    for (const [id, values] of uptime) {
      const up = restartOf(values);
      if (up < 0 || id === patched) continue;
      crashes++;
      assert.ok(Number.isNaN(values[up - 1]), "silent while it is down");
      const before = (series: Float64Array, hours: number) =>
        average(finite(series.subarray(up - 4 * hours - 8, up - 4 * hours)));
      assert.ok(before(latency.get(id)!, 1) > 4 * before(latency.get(id)!, 72));
      assert.ok(before(errors.get(id)!, 1) > 2 + before(errors.get(id)!, 72));
      const vms = snapshot.virtualMachines.filter((vm) => vm.host === id && vm.power === "poweredOn");
      assert.ok(
        vms.every((vm) => Number.isNaN(cpu.get(vm.id)![up - 1])),
        "its VMs are down with it",
      );
    }
    assert.equal(crashes, 1);
  });

  it("shows the model the host that is about to crash, before it does", async () => {
    const request = planRequestSchema.parse({ cluster: "production", asOf: END });
    const { hosts, virtualMachines } = await assess(request, snapshot, snapshot.clusters[0], telemetry);
    const [first, second] = [...hosts.failureProbability].sort((a, b) => b - a);
    assert.ok(first > 0.05 && first > 5 * second, `${first}, ${second}`);
    assert.match(hosts.evidence[hosts.failureProbability.indexOf(first)], /disk latency/);
    const learned = virtualMachines.basis.filter((basis) => basis === "history").length;
    assert.ok(learned > 0.9 * OPTIONS.vms && learned < OPTIONS.vms);
  });

  it("answers any grid, any window, and only for its own vCenter", async () => {
    const hour = await read(telemetry, "vmCpuMhz", { start: END - 86_400, step: 3600, length: 30 });
    const [id, values] = [...hour][0];
    const fine = cpu.get(id)!;
    assert.ok(Math.abs(values[23] - average(finite(fine.subarray(-4)))) < 1e-3);
    assert.ok(Number.isNaN(values[24]), "nothing is known of the time after the end");
    const none = telemetry.series({ kind: "vm", vcenter: "another", metrics: ["vmCpuMhz"], grid: GRID });
    assert.equal((await none.next()).done, true);
    const ask = { kind: "vm", vcenter: "vcenter.example.com", metric: "vmCpuMhz", entities: [id] } as const;
    const inside = { start: END - 86_400, step: 60, length: 600 };
    const [extent] = await telemetry.extents({ ...ask, grid: inside });
    assert.ok(extent.first >= inside.start && extent.last < inside.start + 600 * 60 && extent.last > extent.first);
  });
});
