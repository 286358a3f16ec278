import type { ProbeResult } from "../../engine/journal";
import { HostPreferences, type RequestAsker, type RequestKey, type RequestRecord } from "../../engine/models/profile";
import type { Cluster, Snapshot } from "../../engine/snapshot";
import type { TelemetrySource } from "../../engine/telemetry";

const STEP = 300;
/** How far back telemetry says what a host does now. */
const RECENT = 900;
/** How long a host whose shadow request failed comes after all others. */
const FAILED_FOR = 24 * 3600;

/**
 * How well each host of the cluster serves the asker: what requests of the history took against what was expected, and
 * what shadow requests took against the median of all hosts. Shadow requests are of nobody in particular: they count for
 * every asker.
 * @param probes of this cluster and of one kind
 */
export function preferencesOf(
  key: RequestKey,
  asker: RequestAsker,
  history: readonly RequestRecord[],
  probes: readonly ProbeResult[],
  snapshot: Snapshot,
  asOf: number,
): HostPreferences {
  const idOf = new Map(snapshot.hosts.flatMap(({ id, name }) => [[name, id] as const, [id, id] as const]));
  const hostClass = new Map(snapshot.hosts.flatMap(({ id, model }) => (model === null ? [] : [[id, model] as const])));
  const served = history.map((record) => ({ ...record, host: record.host && (idOf.get(record.host) ?? record.host) }));
  const expected = medianSeconds(probes);
  const shadows = probes.flatMap(({ host, at, seconds }): RequestRecord[] => {
    if (expected === null && seconds !== null) return [];
    return [
      {
        start: at,
        end: at,
        user: asker.user ?? "shadow request",
        application: asker.application ?? "shadow request",
        host,
        volumeMb: null,
        sizeKb: null,
        readShare: null,
        // Performance is the speed: one over the seconds, of which no answer at all is none.
        expectedPerformance: expected === null ? 1 : 1 / expected,
        actualPerformance: seconds === null ? 0 : 1 / seconds,
      },
    ];
  });
  return new HostPreferences(key, { hostClass }).update([...served, ...shadows], asOf);
}

/** What a shadow request takes on these hosts, all together; null where none has succeeded. */
export function medianSeconds(probes: readonly Pick<ProbeResult, "seconds">[]): number | null {
  const known = probes
    .flatMap(({ seconds }) => (seconds === null || seconds <= 0 ? [] : [seconds]))
    .sort((a, b) => a - b);
  if (known.length === 0) return null;
  return (known[(known.length - 1) >> 1] + known[known.length >> 1]) / 2;
}

/** Hosts whose newest probe failed within the last day. */
export function failedHosts(probes: readonly ProbeResult[], asOf: number): Set<string> {
  const newest = new Map(probes.map((probe) => [probe.host, probe]));
  return new Set(
    [...newest.values()]
      .filter(({ seconds, at }) => seconds === null && at > asOf - FAILED_FOR)
      .map(({ host }) => host),
  );
}

/** Share of each host's CPU in use over the last quarter of an hour; hosts without samples are left out. */
export async function busyHosts(
  telemetry: TelemetrySource | null,
  snapshot: Snapshot,
  cluster: Cluster,
  asOf: number,
): Promise<Map<string, number>> {
  const busy = new Map<string, number>();
  if (!telemetry) return busy;
  const hosts = snapshot.hosts.filter((host) => host.cluster === cluster.id);
  const start = Math.floor((asOf - RECENT) / STEP) * STEP;
  const query = {
    kind: "host" as const,
    vcenter: snapshot.source.name,
    metrics: ["hostCpuMhz" as const],
    grid: { start, step: STEP, length: Math.ceil((asOf - start) / STEP) },
    entities: hosts.map(({ id }) => id),
  };
  const capacity = new Map(hosts.map(({ id, cpuMhz }) => [id, cpuMhz]));
  for await (const { entity, values } of telemetry.series(query)) {
    const seen = values.filter((value) => !Number.isNaN(value));
    const cpuMhz = capacity.get(entity) ?? null;
    if (seen.length > 0 && cpuMhz !== null) {
      busy.set(entity, seen.reduce((sum, value) => sum + value, 0) / seen.length / cpuMhz);
    }
  }
  return busy;
}
