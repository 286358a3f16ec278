import { assess } from "../../engine/models/assess";
import { estimateCommonFactor, predictContention } from "../../engine/models/demand";
import { HOUR } from "../../engine/models/history";
import { ModelStore } from "../../engine/models/store";
import { loadModels, readTrainingData, trainModels } from "../../engine/models/training";
import { planRequestSchema } from "../../engine/planner/request";
import { createRandom } from "../../engine/random";
import { parseSnapshot } from "../../engine/snapshot";
import type { UsageSeries } from "../forecast/data";
import { SeriesTelemetry, type StoredSeries } from "./series-telemetry";

/** Everything before is history to learn from; forecasts are judged after it. */
const TRAINED_SHARE = 0.6;
const VMS_PER_HOST = 5;
/** Placements drawn at each origin. */
const PLACEMENTS = 20;
/** A host's threshold over the mean demand of its VMs, drawn between these. */
const ROOM = { least: 1, most: 2.5 };
const HORIZON = 24;

export interface Said {
  readonly probabilities: number[];
  readonly outcomes: number[];
}

/**
 * Contention of hosts, hour by hour a day ahead, on the VMs of a recorded trace: each midnight of its newest part the
 * package's own assessment is made from what was before, seeded placements put its VMs on hosts, and the probability
 * that a host's demand passes its threshold is held against whether the hour's mean did.
 * @param folder of trained models, made here; null: the baseline
 */
export async function contention(usage: readonly UsageSeries[], seed: number, folder: string | null): Promise<Said> {
  const stored = usage.map(({ id, start, values }): StoredSeries => ({ entity: id, start, step: 300, values }));
  const telemetry = new SeriesTelemetry("vmCpuMhz", stored);
  const begin = Math.max(...stored.map(({ start }) => start));
  const end = Math.min(...stored.map(({ start, step, values }) => start + step * values.length));
  const split = Math.ceil((begin + TRAINED_SHARE * (end - begin)) / (24 * HOUR)) * 24 * HOUR;
  const hourly = stored.map((series) => hoursOf(series, begin, end));
  const snapshot = snapshotOf(stored.map(({ entity }) => entity));
  const models = folder === null ? null : await trained(folder, telemetry, snapshot, split, begin, seed);
  const random = createRandom(seed, "placements");
  const said: Said = { probabilities: [], outcomes: [] };
  for (let asOf = split; asOf + HORIZON * HOUR <= end; asOf += 24 * HOUR) {
    const historyDays = Math.min(14, Math.floor((asOf - begin) / (24 * HOUR)));
    const request = planRequestSchema.parse({ cluster: "c", asOf, config: { horizonHours: HORIZON, historyDays } });
    const assessment = await assess(request, snapshot, snapshot.clusters[0], telemetry, { models });
    const first = Math.floor(begin / HOUR);
    const known = Math.floor(asOf / HOUR) - first;
    const commonFactor = estimateCommonFactor(hourly.map((values) => values.slice(0, known)));
    for (let draw = 0; draw < PLACEMENTS; draw++) {
      const order = random.shuffle(stored.map((_, v) => v));
      const hostCount = Math.floor(order.length / VMS_PER_HOST);
      const placement = stored.map((): string | null => null);
      order.slice(0, hostCount * VMS_PER_HOST).forEach((v, i) => (placement[v] = `h${Math.floor(i / VMS_PER_HOST)}`));
      const hosts = Array.from({ length: hostCount }, (_, h) => {
        const members = order.slice(h * VMS_PER_HOST, (h + 1) * VMS_PER_HOST);
        const mean = members.reduce((sum, v) => sum + meanOf(hourly[v].subarray(0, known)), 0);
        const cpuMhz = mean * (ROOM.least + (ROOM.most - ROOM.least) * random.uniform());
        return { id: `h${h}`, zone: null, cpuMhz, memoryMb: null, members };
      });
      const prediction = predictContention(assessment, placement, hosts, {
        threshold: { cpu: 1, memory: 1 },
        commonFactor,
      });
      hosts.forEach(({ members, cpuMhz }, h) => {
        prediction.hosts[h].contention.cpu?.forEach((probability, slot) => {
          const demand = members.reduce((sum, v) => sum + hourly[v][known + slot], 0);
          if (Number.isNaN(demand)) return;
          said.probabilities.push(probability);
          said.outcomes.push(demand > cpuMhz ? 1 : 0);
        });
      });
    }
  }
  return said;
}

async function trained(
  folder: string,
  telemetry: SeriesTelemetry,
  snapshot: ReturnType<typeof snapshotOf>,
  asOf: number,
  begin: number,
  seed: number,
) {
  const store = new ModelStore(folder);
  const days = Math.floor((asOf - begin) / (24 * HOUR));
  const data = await readTrainingData({ snapshot, telemetry, asOf, days, horizonHours: HORIZON });
  const [row] = await trainModels(data, store, { seed }, ["demand/quantile/cpu"]);
  process.stderr.write(`${JSON.stringify(row)}\n`);
  return loadModels(store);
}

function hoursOf({ start, step, values }: StoredSeries, begin: number, end: number): Float64Array {
  const first = Math.floor(begin / HOUR);
  const sums = new Float64Array(Math.floor(end / HOUR) - first);
  const counts = new Float64Array(sums.length);
  values.forEach((value, i) => {
    const hour = Math.floor((start + i * step) / HOUR) - first;
    if (hour < 0 || hour >= sums.length || Number.isNaN(value)) return;
    sums[hour] += value;
    counts[hour]++;
  });
  return sums.map((sum, hour) => (counts[hour] > 0 ? sum / counts[hour] : Number.NaN));
}

function meanOf(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

function snapshotOf(ids: readonly string[]) {
  return parseSnapshot(
    {
      schemaVersion: 1,
      source: { kind: "file", name: "trace" },
      takenAt: "2026-01-01T00:00:00Z",
      clusters: [
        {
          id: "c",
          name: "c",
          drs: { enabled: false, automation: "manual" },
          ha: { enabled: false, admissionControl: { policy: "none" } },
        },
      ],
      hosts: [],
      virtualMachines: ids.map((id) => ({
        ...{ id, name: id, host: null, cluster: "c", power: "poweredOn", vcpus: 4, memoryMb: 8192 },
      })),
    },
    "the trace",
  );
}
