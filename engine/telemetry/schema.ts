/**
 * Telegraf's `inputs.vsphere` schema (1.37): which measurement and field holds a metric, in which unit, and the unit
 * that this package uses. `scale` turns the stored unit into ours; `resolution` is the step that values are rounded to,
 * so that every database gives the same number for the same rows.
 */
export interface Metric {
  readonly kind: "vm" | "host";
  readonly measurement: string;
  readonly field: string;
  /** The instance tags of this measurement; the aggregate is "instance-total", and "*" or no tag in older versions. */
  readonly instanceTags: readonly string[];
  readonly scale: number;
  /**
   * KB and MB are of 1,024; "%" is 0 to 100. A `_summation` is what one sample of 20 s adds up, whatever the interval:
   * ready ms / 20,000 / vCPUs is the share of time that a VM waited.
   */
  readonly unit: "MHz" | "MB" | "%" | "KB/s" | "ms" | "W" | "s" | "count";
  readonly resolution: number;
}

export const METRICS = {
  vmCpuMhz: metric("vm", "cpu", "usagemhz_average", ["cpu"], 1, "MHz"),
  vmCpuPercent: metric("vm", "cpu", "usage_average", ["cpu"], 1, "%"),
  vmCpuDemandMhz: metric("vm", "cpu", "demand_average", ["cpu"], 1, "MHz"),
  vmCpuReadyMs: metric("vm", "cpu", "ready_summation", ["cpu"], 1, "ms"),
  vmMemoryActiveMb: metric("vm", "mem", "active_average", [], 1 / 1024, "MB"),
  vmMemoryConsumedMb: metric("vm", "mem", "consumed_average", [], 1 / 1024, "MB"),
  vmMemoryPercent: metric("vm", "mem", "usage_average", [], 1, "%"),
  vmMemoryBalloonMb: metric("vm", "mem", "vmmemctl_average", [], 1 / 1024, "MB"),
  vmDiskKbps: metric("vm", "disk", "usage_average", ["disk"], 1, "KB/s"),
  vmNetworkKbps: metric("vm", "net", "usage_average", ["interface"], 1, "KB/s"),
  hostCpuMhz: metric("host", "cpu", "usagemhz_average", ["cpu"], 1, "MHz"),
  hostCpuPercent: metric("host", "cpu", "usage_average", ["cpu"], 1, "%"),
  hostMemoryConsumedMb: metric("host", "mem", "consumed_average", [], 1 / 1024, "MB"),
  hostMemoryPercent: metric("host", "mem", "usage_average", [], 1, "%"),
  // Of the latencies, vCenter aggregates this one alone over a host's disks: that of the slowest.
  hostDiskLatencyMs: metric("host", "disk", "maxTotalLatency_latest", ["disk"], 1, "ms"),
  hostNetworkKbps: metric("host", "net", "usage_average", ["interface"], 1, "KB/s"),
  hostNetworkErrors: metric("host", "net", "errorsRx_summation", ["interface"], 1, "count"),
  hostUptimeSeconds: metric("host", "sys", "uptime_latest", [], 1, "s"),
  hostPowerWatts: metric("host", "power", "power_average", [], 1, "W"),
} as const satisfies Record<string, Metric>;

export type MetricId = keyof typeof METRICS;

function metric(
  kind: Metric["kind"],
  group: string,
  field: string,
  instanceTags: readonly string[],
  scale: number,
  unit: Metric["unit"],
): Metric {
  return { kind, measurement: `vsphere_${kind}_${group}`, field, instanceTags, scale, unit, resolution: 1e-3 };
}
