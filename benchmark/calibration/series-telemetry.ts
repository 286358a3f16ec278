import type { MetricId } from "../../engine/telemetry/schema";
import type { Extent, Series, SeriesQuery, TelemetrySource } from "../../engine/telemetry/source";

/** A series of one metric of a VM, gaps as NaN. */
export interface StoredSeries {
  readonly entity: string;
  /** Epoch seconds of values[0]. */
  readonly start: number;
  readonly step: number;
  readonly values: Float64Array;
}

/** Recorded CPU use as telemetry: what a run reads of a trace, cut where the query's grid ends. */
export class SeriesTelemetry implements TelemetrySource {
  readonly name = "a recorded trace";

  constructor(
    private readonly metric: MetricId,
    private readonly stored: readonly StoredSeries[],
  ) {}

  async *series({ metrics, grid, entities }: SeriesQuery): AsyncGenerator<Series> {
    if (!metrics.includes(this.metric)) return;
    for (const { entity, start, step, values } of this.stored) {
      if (entities && !entities.includes(entity)) continue;
      const sums = new Float64Array(grid.length);
      const counts = new Float64Array(grid.length);
      values.forEach((value, i) => {
        const slot = Math.floor((start + i * step - grid.start) / grid.step);
        if (slot < 0 || slot >= grid.length || Number.isNaN(value)) return;
        sums[slot] += value;
        counts[slot]++;
      });
      if (counts.every((count) => count === 0)) continue;
      const means = sums.map((sum, slot) => (counts[slot] > 0 ? sum / counts[slot] : Number.NaN));
      yield { entity, metric: this.metric, values: means };
    }
  }

  extents({ metric, grid }: Omit<SeriesQuery, "metrics"> & { metric: MetricId }): Promise<Extent[]> {
    if (metric !== this.metric) return Promise.resolve([]);
    const end = grid.start + grid.length * grid.step;
    const found = this.stored.flatMap(({ entity, start, step, values }): Extent[] => {
      const first = Math.max(start, grid.start);
      const last = Math.min(start + (values.length - 1) * step, end - 1);
      return first <= last ? [{ entity, first, last }] : [];
    });
    return Promise.resolve(found);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
