import { checkQuery, fromStored } from "../telemetry/grid";
import { METRICS, type MetricId } from "../telemetry/schema";
import type { EntityKind, Extent, Grid, Series, SeriesQuery, TelemetrySource } from "../telemetry/source";
import type { SyntheticWorld } from "./world";
import { SampleMaker } from "./samples";

/** The telemetry of a synthetic cluster, made as it is read: a benchmark or a test needs no store. */
export class SyntheticTelemetry implements TelemetrySource {
  readonly name = "synthetic telemetry";
  private readonly maker: SampleMaker;

  constructor(private readonly world: SyntheticWorld) {
    this.maker = new SampleMaker(world);
  }

  async *series(query: SeriesQuery, signal?: AbortSignal): AsyncGenerator<Series> {
    checkQuery(query, query.metrics);
    for (const { index, id } of this.asked(query)) {
      signal?.throwIfAborted();
      for (const metric of query.metrics) {
        const values = this.onGrid(this.maker.samples(metric, index), metric, query.grid);
        if (values) yield { entity: id, metric, values };
      }
    }
  }

  async extents(query: Omit<SeriesQuery, "metrics"> & { metric: MetricId }, signal?: AbortSignal): Promise<Extent[]> {
    checkQuery(query, [query.metric]);
    const { start, step } = this.world.axis;
    const from = Math.max(0, Math.ceil((query.grid.start - start) / step));
    const to = Math.ceil((query.grid.start + query.grid.length * query.grid.step - start) / step);
    const extents: Extent[] = [];
    for (const { index, id } of this.asked(query)) {
      signal?.throwIfAborted();
      const absent = this.maker.absent(query.kind, index).subarray(from, Math.max(from, to));
      const first = absent.indexOf(0);
      if (first < 0) continue;
      const last = absent.lastIndexOf(0);
      extents.push({ entity: id, first: start + (from + first) * step, last: start + (from + last) * step });
    }
    return extents;
  }

  async close(): Promise<void> {
    // Nothing is open.
  }

  /** Every series in full, for a store to write; in the order of entities. */
  *all(): Generator<{
    metric: MetricId;
    entity: string;
    name: string;
    start: number;
    step: number;
    values: Float64Array;
  }> {
    const { start, step } = this.world.axis;
    for (const kind of ["vm", "host"] as const) {
      const metrics = (Object.keys(METRICS) as MetricId[]).filter((metric) => METRICS[metric].kind === kind);
      for (const { index, id, name } of kind === "vm" ? this.world.machines : this.world.hosts) {
        for (const metric of metrics) {
          const values = this.maker.samples(metric, index);
          if (!values.every(Number.isNaN)) yield { metric, entity: id, name, start, step, values };
        }
      }
    }
  }

  private asked({ kind, vcenter, entities }: { kind: EntityKind; vcenter: string; entities?: readonly string[] }) {
    if (vcenter !== this.world.options.vcenter) return [];
    const all: readonly { index: number; id: string }[] = kind === "vm" ? this.world.machines : this.world.hosts;
    if (!entities) return all;
    const wanted = new Set(entities);
    return all.filter(({ id }) => wanted.has(id));
  }

  /** Means per slot, rounded as a store's reader rounds them; null without a sample in the window. */
  private onGrid(samples: Float64Array, metric: MetricId, grid: Grid): Float64Array | null {
    const { start, step } = this.world.axis;
    const sum = new Float64Array(grid.length);
    const count = new Int32Array(grid.length);
    const end = Math.min(samples.length, Math.ceil((grid.start + grid.length * grid.step - start) / step));
    let any = false;
    for (let i = Math.max(0, Math.ceil((grid.start - start) / step)); i < end; i++) {
      if (Number.isNaN(samples[i])) continue;
      const slot = Math.floor((start + i * step - grid.start) / grid.step);
      sum[slot] += samples[i] / METRICS[metric].scale;
      count[slot]++;
      any = true;
    }
    if (!any) return null;
    return sum.map((total, slot) => (count[slot] ? fromStored(METRICS[metric], total / count[slot]) : Number.NaN));
  }
}
