import type { Snapshot } from "../../snapshot/schema";
import type { MetricId } from "../../telemetry/schema";
import type { TelemetrySource } from "../../telemetry/source";
import { type HostEvent, restartEvents } from "../failure";
import { FAILURE_METRICS } from "../failure/model";
import { type HourlyHistory, historyGrid, readHistory } from "../history";
import type { RequestRecord } from "../profile";
import type { RunOptions } from "../progress";

/** Everything that models are trained on: what is known of one inventory up to an instant. */
export interface TrainingData {
  readonly snapshot: Snapshot;
  /** Epoch seconds; nothing that happened at or after it is in here. */
  readonly asOf: number;
  readonly horizonHours: number;
  /** Hourly telemetry of the VMs that run; null where no telemetry is configured. */
  readonly vms: HourlyHistory | null;
  readonly hosts: HourlyHistory | null;
  /** Of a file, and the restarts that telemetry shows. */
  readonly events: readonly HostEvent[];
  /** Of a file; null where none is configured. */
  readonly requests: readonly RequestRecord[] | null;
}

export const TRAINING_VM_METRICS = [
  "vmCpuMhz",
  "vmMemoryConsumedMb",
  "vmCpuReadyMs",
  "vmDiskKbps",
  "vmNetworkKbps",
] as const satisfies readonly MetricId[];
export const TRAINING_HOST_METRICS = [...FAILURE_METRICS, "hostCpuMhz"] as const satisfies readonly MetricId[];

export interface TrainingSources {
  readonly snapshot: Snapshot;
  readonly telemetry: TelemetrySource | null;
  readonly events?: readonly HostEvent[];
  readonly requests?: readonly RequestRecord[] | null;
  readonly asOf: number;
  readonly days: number;
  readonly horizonHours: number;
}

/** Reads `days` of hourly telemetry up to `asOf`, and cuts events and requests there. */
export async function readTrainingData(sources: TrainingSources, options: RunOptions = {}): Promise<TrainingData> {
  const { snapshot, telemetry, asOf, horizonHours } = sources;
  const grid = historyGrid(asOf, sources.days, 60);
  const vcenter = snapshot.source.name;
  const running = snapshot.virtualMachines.filter(({ power, template }) => power === "poweredOn" && !template);
  const read = (kind: "vm" | "host", metrics: readonly MetricId[], entities: readonly string[]) =>
    telemetry && readHistory(telemetry, { kind, vcenter, metrics, grid, entities, all: true }, options);
  const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);
  const vms = await read("vm", TRAINING_VM_METRICS, ids(running));
  const hosts = await read("host", TRAINING_HOST_METRICS, ids(snapshot.hosts));
  return {
    ...{ snapshot, asOf, horizonHours, vms, hosts },
    events: knownEvents(hosts, sources.events ?? [], asOf),
    requests: sources.requests?.filter(({ start }) => start < asOf) ?? null,
  };
}

/** A file's failure and the restart that telemetry shows of it are one: so far apart, seconds, they may be. */
const SAME_FAILURE = 2 * 3600;

/** The events of a file before `asOf`, and the restarts that only telemetry shows. */
export function knownEvents(hosts: HourlyHistory | null, listed: readonly HostEvent[], asOf: number): HostEvent[] {
  const past = listed.filter(({ at }) => at < asOf);
  const seen = hosts ? restartEvents(hosts).filter(({ at }) => at < asOf) : [];
  const times = new Map<string, number[]>();
  for (const { host, at } of past) times.set(host, [...(times.get(host) ?? []), at]);
  const unlisted = seen.filter(
    ({ host, at }) => !(times.get(host) ?? []).some((other) => Math.abs(other - at) <= SAME_FAILURE),
  );
  return [...past, ...unlisted];
}
