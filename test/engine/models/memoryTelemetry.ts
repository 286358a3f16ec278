import type { MetricId } from "../../../engine/telemetry/schema";
import { METRICS } from "../../../engine/telemetry/schema";
import type { Extent, Series, SeriesQuery, TelemetrySource } from "../../../engine/telemetry/source";

/** Samples at start + i * step. */
export interface StoredSeries {
  readonly entity: string;
  readonly metric: MetricId;
  readonly start: number;
  readonly step: number;
  readonly values: readonly number[];
}

/** A source over arrays, and what it was asked. */
export class MemoryTelemetry implements TelemetrySource {
  readonly name = "memory";
  readonly asked: SeriesQuery[] = [];

  constructor(
    private readonly vcenter: string,
    private readonly stored: readonly StoredSeries[],
  ) {}

  async *series(query: SeriesQuery): AsyncGenerator<Series> {
    this.asked.push(query);
    for (const item of this.matching(query, query.metrics)) {
      const { start, step, length } = query.grid;
      const sums = new Float64Array(length);
      const counts = new Float64Array(length);
      this.samples(item).forEach(([time, value]) => {
        const slot = Math.floor((time - start) / step);
        if (slot < 0 || slot >= length) return;
        sums[slot] += value;
        counts[slot]++;
      });
      if (counts.every((count) => count === 0)) continue;
      yield {
        entity: item.entity,
        metric: item.metric,
        values: sums.map((sum, i) => (counts[i] ? sum / counts[i] : NaN)),
      };
    }
  }

  async extents(query: Omit<SeriesQuery, "metrics"> & { metric: MetricId }): Promise<Extent[]> {
    const { start, step, length } = query.grid;
    return this.matching(query, [query.metric]).flatMap((item) => {
      const times = this.samples(item)
        .map(([time]) => time)
        .filter((time) => time >= start && time < start + step * length);
      return times.length ? [{ entity: item.entity, first: times[0], last: times.at(-1)! }] : [];
    });
  }

  async close(): Promise<void> {
    // Nothing is open.
  }

  private matching({ kind, vcenter, entities }: Omit<SeriesQuery, "metrics">, metrics: readonly MetricId[]) {
    if (vcenter !== this.vcenter) return [];
    return this.stored.filter(
      ({ entity, metric }) =>
        metrics.includes(metric) && METRICS[metric].kind === kind && (!entities || entities.includes(entity)),
    );
  }

  private samples({ start, step, values }: StoredSeries): (readonly [number, number])[] {
    return values.flatMap((value, i) => (Number.isNaN(value) ? [] : [[start + i * step, value] as const]));
  }
}
