import type { ClockReading } from "./clock";
import { batches, entitiesPerBatch, sortedUnique } from "./batches";
import { ExtentCollector, SeriesCollector } from "./collector";
import { checkQuery, gridEnd } from "./grid";
import { InfluxClient, type InfluxSettings } from "./influx-client";
import { askOfAll, Parts } from "./influx-parts";
import { edgeQuery, entitiesQuery, meansQuery } from "./influxql";
import { aggregateRank } from "./instances";
import { readAhead } from "./read-ahead";
import { METRICS, type MetricId } from "./schema";
import type { Extent, Grid, Series, SeriesQuery, TelemetrySource } from "./source";

/**
 * Entities of one query: each is a term of its condition. Measured on 8,000 VMs (`bench telemetry`), the server's CPU
 * time is the least with 100 to 250; with 1,000 it is 1.4 times that.
 */
const ENTITIES = 250;
/** Means of one answer: a few megabytes of JSON. */
const MEANS = 100_000;
/** Time of one query: bounds the raw samples that the server goes through for it. Half a day costs it 1.6 times a week. */
const SECONDS = 7 * 86_400;

/** Metrics that one query reads together. */
interface MeasurementGroup {
  readonly parts: Parts;
  readonly measurement: string;
  readonly instanceTags: readonly string[];
  readonly fields: string[];
  /** Index of each field's metric in the query. */
  readonly metrics: number[];
}

/** Telemetry in InfluxDB 1.x, or 2.x through the same /query. Means are made there; only they travel. */
export class InfluxTelemetry implements TelemetrySource {
  readonly name: string;

  private readonly client: InfluxClient;

  constructor(settings: InfluxSettings) {
    this.client = new InfluxClient(settings);
    this.name = `${this.client.address} ${settings.database}`;
  }

  clock(signal?: AbortSignal): Promise<ClockReading | null> {
    return this.client.clock(signal);
  }

  /** Asks for next to nothing, so that a wrong address, login or database is known before the work begins. */
  async check(signal?: AbortSignal): Promise<void> {
    const text = `SHOW TAG VALUES FROM "vsphere_vm_cpu" WITH KEY = "vcenter" LIMIT 1`;
    await this.client.query({ text, parameters: {} }, "s", signal);
  }

  async *series(query: SeriesQuery, signal?: AbortSignal): AsyncGenerator<Series> {
    checkQuery(query, query.metrics);
    const groups = groupByMeasurement(query);
    const entities = await this.entities(
      query,
      groups.map((group) => group.measurement),
      signal,
    );
    const size = entitiesPerBatch(query.grid.length * query.metrics.length, ENTITIES);
    const batch = async (names: string[], stop: AbortSignal) => {
      const collector = new SeriesCollector(names, query.metrics, query.grid.length);
      await Promise.all(groups.map((group) => this.readMeans(query, group, names, collector, stop)));
      return collector.series();
    };
    for await (const series of readAhead(batches(entities, size), batch, signal)) yield* series;
  }

  async extents(query: Omit<SeriesQuery, "metrics"> & { metric: MetricId }, signal?: AbortSignal): Promise<Extent[]> {
    checkQuery(query, [query.metric]);
    const { measurement, field, instanceTags } = METRICS[query.metric];
    const collector = new ExtentCollector();
    const window = { from: query.grid.start, to: gridEnd(query.grid) };
    const ask = async (entities?: readonly string[]) => {
      const selection = { measurement, instanceTags, vcenter: query.vcenter, entities, ...window };
      const edges = (["first", "last"] as const).map((edge) =>
        this.client.query(edgeQuery(selection, field, edge), "s", signal),
      );
      for (const { tags = {}, values } of (await Promise.all(edges)).flat()) {
        const time = Number(values[0][0]);
        collector.add(tags.moid, aggregateRank(instanceTags, tags), time, time);
      }
    };
    if (query.entities) {
      const parts = new Parts(ENTITIES, window.to - window.from, window.to - window.from);
      await parts.ask({ entities: sortedUnique(query.entities), ...window }, ({ entities }) => ask(entities));
    } else {
      await askOfAll(ENTITIES, () => this.entities(query, [measurement], signal), ask);
    }
    return collector.extents();
  }

  close(): Promise<void> {
    this.client.close();
    return Promise.resolve();
  }

  private async entities(
    query: Pick<SeriesQuery, "vcenter" | "entities">,
    measurements: string[],
    signal?: AbortSignal,
  ): Promise<string[]> {
    if (query.entities) return sortedUnique(query.entities);
    const found = await this.client.query(entitiesQuery(measurements, query.vcenter), "s", signal);
    return sortedUnique(found.flatMap(({ values }) => values.map(([, moid]) => String(moid))));
  }

  private async readMeans(
    query: SeriesQuery,
    group: MeasurementGroup,
    entities: readonly string[],
    collector: SeriesCollector,
    signal: AbortSignal,
  ): Promise<void> {
    const { measurement, instanceTags } = group;
    const indexOf = new Map(entities.map((entity, index) => [entity, index]));
    const { step, start } = query.grid;
    await group.parts.ask({ entities, from: start, to: gridEnd(query.grid) }, async (part) => {
      const selection = { measurement, instanceTags, vcenter: query.vcenter, ...part };
      const found = await this.client.query(meansQuery(selection, group.fields, step), "s", signal);
      for (const { tags = {}, values } of found) {
        const entity = indexOf.get(tags.moid)!;
        const rank = aggregateRank(instanceTags, tags);
        const keys = group.metrics.map((metric) => collector.key(entity, metric, rank));
        for (const row of values) {
          const slot = (Number(row[0]) - start) / step;
          keys.forEach((key, i) => {
            const mean = row[i + 1];
            if (mean !== null) collector.add(key, slot, Number(mean));
          });
        }
      }
    });
  }
}

function groupByMeasurement({ metrics, grid }: SeriesQuery): MeasurementGroup[] {
  const groups = new Map<string, Omit<MeasurementGroup, "parts">>();
  for (const [index, id] of metrics.entries()) {
    const { measurement, instanceTags, field } = METRICS[id];
    const group = groups.get(measurement) ?? { measurement, instanceTags, fields: [], metrics: [] };
    groups.set(measurement, group);
    group.fields.push(field);
    group.metrics.push(index);
  }
  return [...groups.values()].map((group) => ({ ...group, parts: partsOf(grid, group.fields.length) }));
}

function partsOf({ step, length }: Grid, fields: number): Parts {
  const slots = Math.max(1, Math.min(length, Math.floor(SECONDS / step), Math.floor(MEANS / fields)));
  const entities = Math.max(1, Math.min(ENTITIES, Math.floor(MEANS / (slots * fields))));
  return new Parts(entities, slots * step, step);
}
