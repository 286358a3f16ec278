import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { importTelemetry, METRICS, type MetricId, openTelemetry } from "../../../engine/telemetry";
import { parseHead, parseLine } from "../../../engine/telemetry/import/line-protocol";
import { aggregateRank } from "../../../engine/telemetry/instances";
import { readAll, scratchFolder, TELEGRAF_FIXTURE } from "./support";

const T = 1_700_000_400;

/** What Telegraf writes of each counter, in vCenter's unit, and what it is in ours. Written down by hand, twice. */
const CONVERSIONS: Record<MetricId, readonly [row: string, value: number, unit: string]> = {
  vmCpuMhz: ["vsphere_vm_cpu,cpu=instance-total usagemhz_average=478i", 478, "MHz"],
  vmCpuPercent: ["vsphere_vm_cpu,cpu=instance-total usage_average=9.73", 9.73, "%"],
  vmCpuDemandMhz: ["vsphere_vm_cpu,cpu=instance-total demand_average=255i", 255, "MHz"],
  vmCpuReadyMs: ["vsphere_vm_cpu,cpu=instance-total ready_summation=159i", 159, "ms"],
  vmMemoryActiveMb: ["vsphere_vm_mem active_average=2943040i", 2874.063, "MB"], // KB
  vmMemoryConsumedMb: ["vsphere_vm_mem consumed_average=10412617i", 10_168.571, "MB"], // KB
  vmMemoryPercent: ["vsphere_vm_mem usage_average=29.12333333333333", 29.123, "%"],
  vmMemoryBalloonMb: ["vsphere_vm_mem vmmemctl_average=512i", 0.5, "MB"], // KB
  vmDiskKbps: ["vsphere_vm_disk,disk=instance-total usage_average=441i", 441, "KB/s"],
  vmNetworkKbps: ["vsphere_vm_net,interface=instance-total usage_average=490i", 490, "KB/s"],
  hostCpuMhz: ["vsphere_host_cpu,cpu=instance-total usagemhz_average=3788i", 3788, "MHz"],
  hostCpuPercent: ["vsphere_host_cpu,cpu=instance-total usage_average=28.913333333333334", 28.913, "%"],
  hostMemoryConsumedMb: ["vsphere_host_mem consumed_average=60034848i", 58_627.781, "MB"], // KB
  hostMemoryPercent: ["vsphere_host_mem usage_average=71.71", 71.71, "%"],
  hostDiskLatencyMs: ["vsphere_host_disk,disk=instance-total maxTotalLatency_latest=12i", 12, "ms"],
  hostNetworkKbps: ["vsphere_host_net,interface=instance-total usage_average=2026i", 2026, "KB/s"],
  hostNetworkErrors: ["vsphere_host_net,interface=instance-total errorsRx_summation=3i", 3, "count"],
  hostUptimeSeconds: ["vsphere_host_sys uptime_latest=2941066i", 2_941_066, "s"],
  hostPowerWatts: ["vsphere_host_power power_average=217i", 217, "W"],
};

/** Counters that a vCenter has and its simulator lacks. */
const NOT_SIMULATED: readonly MetricId[] = ["vmMemoryBalloonMb", "vmDiskKbps", "hostNetworkErrors", "hostPowerWatts"];

describe("metrics", () => {
  const folder = scratchFolder();

  for (const [id, [row, value, unit]] of Object.entries(CONVERSIONS) as [MetricId, (typeof CONVERSIONS)[MetricId]][]) {
    it(`${id}: ${row} is ${value} ${unit}`, async () => {
      const [lines, copy] = [join(folder(), "row.lp"), join(folder(), "row.duckdb")];
      await writeFile(lines, `${row.replace(" ", ",moid=m-1,vcenter=lab ")} ${T}`);
      assert.equal((await importTelemetry({ lineProtocol: lines, precision: "s" }, copy)).samples, 1);
      const source = await openTelemetry({ duckdb: copy });
      const { kind } = METRICS[id];
      const query = { kind, vcenter: "lab", metrics: [id], grid: { start: T, step: 60, length: 1 } };
      const all = await readAll(source, query);
      await source.close();
      assert.deepEqual([...all[0].values], [value]);
      assert.equal(METRICS[id].unit, unit);
    });
  }

  it("are what Telegraf writes, as an aggregate over instances", async () => {
    const aggregates = new Set<string>();
    for (const text of (await readFile(TELEGRAF_FIXTURE, "utf8")).trimEnd().split("\n")) {
      const line = parseLine(text)!;
      const { measurement, tags } = parseHead(line.head);
      for (const [id, metric] of Object.entries(METRICS)) {
        if (metric.measurement !== measurement || aggregateRank(metric.instanceTags, tags) < 0) continue;
        const value = line.fields.find(([name]) => name === metric.field)?.[1];
        if (typeof value === "number") aggregates.add(id);
      }
    }
    assert.deepEqual(
      Object.keys(METRICS).filter((id) => !aggregates.has(id)),
      NOT_SIMULATED,
    );
  });
});
