import { fromStored } from "./grid";
import { AGGREGATES } from "./instances";
import { METRICS, type MetricId } from "./schema";
import type { Extent, Series } from "./source";

/** Puts the means that a database gives, in whatever order, into series: one array per entity, metric and aggregate. */
export class SeriesCollector {
  private readonly arrays: (Float64Array | undefined)[];

  constructor(
    private readonly entities: readonly string[],
    private readonly metrics: readonly MetricId[],
    private readonly length: number,
  ) {
    this.arrays = new Array<undefined>(entities.length * metrics.length * AGGREGATES.length).fill(undefined);
  }

  /** The number that stands for an entity's metric under an aggregate (see `aggregateRank`). */
  key(entity: number, metric: number, rank: number): number {
    return (entity * this.metrics.length + metric) * AGGREGATES.length + rank;
  }

  add(key: number, slot: number, storedMean: number): void {
    const values = (this.arrays[key] ??= new Float64Array(this.length).fill(NaN));
    const metric = this.metrics[Math.floor(key / AGGREGATES.length) % this.metrics.length];
    values[slot] = fromStored(METRICS[metric], storedMean);
  }

  /** By entity, then metric; those without a sample are left out. */
  *series(): Generator<Series> {
    for (const [e, entity] of this.entities.entries()) {
      for (const [m, metric] of this.metrics.entries()) {
        const first = this.key(e, m, 0);
        const values = this.arrays.slice(first, first + AGGREGATES.length).find((each) => each !== undefined);
        if (values) yield { entity, metric, values };
      }
    }
  }
}

/** As `SeriesCollector`, for first and last samples: the aggregate that the series would have is the one that counts. */
export class ExtentCollector {
  private readonly found = new Map<string, { rank: number; first: number; last: number }>();

  add(entity: string, rank: number, first: number, last: number): void {
    const known = this.found.get(entity);
    if (known && known.rank < rank) return;
    const same = known?.rank === rank ? known : { first: Infinity, last: -Infinity };
    this.found.set(entity, { rank, first: Math.min(same.first, first), last: Math.max(same.last, last) });
  }

  extents(): Extent[] {
    return [...this.found]
      .map(([entity, { first, last }]) => ({ entity, first, last }))
      .sort((a, b) => (a.entity < b.entity ? -1 : 1));
  }
}
