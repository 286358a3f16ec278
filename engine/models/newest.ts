import type { MetricId } from "../telemetry/schema";
import type { EntityKind, Grid, TelemetrySource } from "../telemetry/source";

/** Telegraf's interval at its coarsest: finer slots would be empty by turns. */
const STEP = 300;
const MINUTE = 60;

/** What was measured last, before hourly means know of it. By id; who has no sample is not in it. */
export interface NewestSamples {
  /** MHz that each VM has asked for, on average. */
  readonly cpuMhz: ReadonlyMap<string, number>;
  /** Of each host metric, the samples of five minutes each, oldest first, gaps left out. */
  readonly hosts: ReadonlyMap<MetricId, ReadonlyMap<string, readonly number[]>>;
}

export interface NewestQuery {
  readonly vcenter: string;
  /** Epoch seconds: nothing later is read. */
  readonly asOf: number;
  readonly vms: readonly string[];
  readonly vmMinutes: number;
  readonly hosts: readonly string[];
  readonly hostMetrics: readonly MetricId[];
  readonly hostMinutes: number;
  /** They are all that the vCenter has: the store needn't be told their names. */
  readonly all: boolean;
}

/**
 * The newest minutes of VMs' CPU and of hosts' signals. What a VM asks for is the larger of what it used and of what ESXi
 * says that it would use without contention (`demand`): on a host that is full the first is only what it was given.
 */
export async function readNewest(
  telemetry: TelemetrySource,
  query: NewestQuery,
  signal?: AbortSignal,
): Promise<NewestSamples> {
  const { asOf, all } = query;
  const cpuMhz = new Map<string, number>();
  const read = (kind: EntityKind, metrics: readonly MetricId[], minutes: number, entities: readonly string[]) =>
    telemetry.series(
      { kind, vcenter: query.vcenter, metrics, grid: gridOf(asOf, minutes), ...(all ? {} : { entities }) },
      signal,
    );
  const vms = new Set(query.vms);
  for await (const { entity, values } of read("vm", ["vmCpuMhz", "vmCpuDemandMhz"], query.vmMinutes, query.vms)) {
    const known = values.filter((value) => !Number.isNaN(value));
    if (known.length === 0 || !vms.has(entity)) continue;
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    cpuMhz.set(entity, Math.max(mean, cpuMhz.get(entity) ?? 0));
  }
  const hosts = new Map<MetricId, Map<string, number[]>>();
  for await (const { entity, metric, values } of read("host", query.hostMetrics, query.hostMinutes, query.hosts)) {
    const known = Array.from(values).filter((value) => !Number.isNaN(value));
    hosts.set(metric, (hosts.get(metric) ?? new Map<string, number[]>()).set(entity, known));
  }
  return { cpuMhz, hosts };
}

/** Whole slots that end at `asOf`. */
function gridOf(asOf: number, minutes: number): Grid {
  const length = Math.max(1, Math.ceil((minutes * MINUTE) / STEP));
  return { start: (Math.floor(asOf / STEP) - length) * STEP, step: STEP, length };
}
