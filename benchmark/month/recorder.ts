import type { RecordedDemand } from "../../engine/replay";
import type { MetricId } from "../../engine/telemetry/schema";
import type { Extent, Grid, Series, SeriesQuery, TelemetrySource } from "../../engine/telemetry/source";

const HOUR = 3600;

/** Entities by id, and which metrics are kept of each. */
export type Kept = Readonly<Partial<Record<MetricId, readonly string[]>>>;

/** What Telegraf would have written so far: one sample a slot, or none. What hasn't happened yet isn't in it. */
export class Recorder implements TelemetrySource {
  readonly name = "the simulated cluster's telemetry";
  private readonly stored = new Map<MetricId, Float64Array[]>();
  /** Sums and numbers of samples by hour: plans read weeks of them four times an hour. */
  private readonly hourly = new Map<MetricId, { readonly sums: Float64Array; readonly counts: Int32Array }[]>();
  /** Slots that have been written. */
  private written = 0;

  constructor(
    private readonly kept: Kept,
    readonly start: number,
    readonly step: number,
    slots: number,
  ) {
    const hours = Math.ceil((slots * step) / HOUR);
    for (const [metric, ids] of Object.entries(kept) as [MetricId, readonly string[]][]) {
      this.stored.set(
        metric,
        ids.map(() => new Float64Array(slots).fill(Number.NaN)),
      );
      this.hourly.set(
        metric,
        ids.map(() => ({ sums: new Float64Array(hours), counts: new Int32Array(hours) })),
      );
    }
  }

  write(slot: number, metric: MetricId, values: ArrayLike<number>): void {
    const rows = this.stored.get(metric)!;
    const hour = Math.floor((slot * this.step) / HOUR);
    this.hourly.get(metric)!.forEach(({ sums, counts }, row) => {
      rows[row][slot] = values[row];
      if (Number.isNaN(values[row])) return;
      sums[hour] += values[row];
      counts[hour]++;
    });
    this.written = Math.max(this.written, slot + 1);
  }

  /** The newest `slots` of a metric, as replayed policies see it. */
  newest(metric: MetricId, slots: number): RecordedDemand {
    const first = Math.max(0, this.written - slots);
    return {
      grid: { start: this.start + first * this.step, step: this.step, length: this.written - first },
      ids: this.kept[metric]!,
      cpuMhz: this.stored.get(metric)!.map((row) => row.slice(first, this.written)),
    };
  }

  async *series({ metrics, grid, entities }: SeriesQuery): AsyncGenerator<Series> {
    const wanted = entities && new Set(entities);
    for (const metric of metrics) {
      const ids = this.kept[metric] ?? [];
      for (let row = 0; row < ids.length; row++) {
        if (wanted && !wanted.has(ids[row])) continue;
        const values = this.means(metric, row, grid);
        if (!values.every(Number.isNaN)) yield { entity: ids[row], metric, values };
      }
    }
  }

  private means(metric: MetricId, row: number, grid: Grid): Float64Array {
    const offset = (grid.start - this.start) / HOUR;
    if (grid.step === HOUR && Number.isInteger(offset) && offset >= 0) {
      const { sums, counts } = this.hourly.get(metric)![row];
      return Float64Array.from({ length: grid.length }, (_, i) => sums[offset + i] / counts[offset + i]);
    }
    const samples = this.stored.get(metric)![row];
    const [sums, counts] = [new Float64Array(grid.length), new Int32Array(grid.length)];
    const until = Math.min(this.written, Math.ceil((grid.start + grid.length * grid.step - this.start) / this.step));
    for (let i = Math.max(0, Math.ceil((grid.start - this.start) / this.step)); i < until; i++) {
      if (Number.isNaN(samples[i])) continue;
      const slot = Math.floor((this.start + i * this.step - grid.start) / grid.step);
      sums[slot] += samples[i];
      counts[slot]++;
    }
    return sums.map((sum, slot) => sum / counts[slot]);
  }

  extents({ metric, grid, entities }: Omit<SeriesQuery, "metrics"> & { metric: MetricId }): Promise<Extent[]> {
    const wanted = entities && new Set(entities);
    const end = grid.start + grid.length * grid.step;
    const inside = (slot: number) => this.start + slot * this.step >= grid.start && this.start + slot * this.step < end;
    return Promise.resolve(
      (this.kept[metric] ?? []).flatMap((entity, row): Extent[] => {
        if (wanted && !wanted.has(entity)) return [];
        const has = (value: number, slot: number) => !Number.isNaN(value) && inside(slot);
        const first = this.stored.get(metric)![row].findIndex(has);
        const last = this.stored.get(metric)![row].findLastIndex(has);
        return first < 0
          ? []
          : [{ entity, first: this.start + first * this.step, last: this.start + last * this.step }];
      }),
    );
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
