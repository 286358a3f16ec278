import { byName } from "./batches";
import { fromStored } from "./grid";
import { AGGREGATES } from "./instances";
import { METRICS, type Metric, type MetricId } from "./schema";
import type { Extent, Series } from "./source";

/** Sums and numbers of the values of each slot; the sums become means. */
interface Slots {
  readonly sums: Float64Array;
  readonly counts: Uint32Array;
}

/** Puts what a database gives, in whatever order, into series: one array per entity, metric and aggregate. */
export class SeriesCollector {
  private readonly slots: (Slots | undefined)[];

  constructor(
    private readonly entities: readonly string[],
    private readonly metrics: readonly MetricId[],
    private readonly length: number,
  ) {
    this.slots = new Array<undefined>(entities.length * metrics.length * AGGREGATES.length).fill(undefined);
  }

  /** The number that stands for an entity's metric under an aggregate (see `aggregateRank`). */
  key(entity: number, metric: number, rank: number): number {
    return (entity * this.metrics.length + metric) * AGGREGATES.length + rank;
  }

  /** A slot's mean, or each of its samples, in the stored unit. */
  add(key: number, slot: number, stored: number): void {
    const slots = (this.slots[key] ??= {
      sums: new Float64Array(this.length),
      counts: new Uint32Array(this.length),
    });
    slots.sums[slot] += stored;
    slots.counts[slot]++;
  }

  /** By entity, then metric; those without a sample are left out. */
  *series(): Generator<Series> {
    for (const [e, entity] of this.entities.entries()) {
      for (const [m, metric] of this.metrics.entries()) {
        const first = this.key(e, m, 0);
        const slots = this.slots.slice(first, first + AGGREGATES.length).find((each) => each !== undefined);
        if (slots) yield { entity, metric, values: meansOf(slots, METRICS[metric]) };
      }
    }
  }
}

function meansOf({ sums, counts }: Slots, metric: Metric): Float64Array {
  for (let slot = 0; slot < sums.length; slot++) {
    sums[slot] = counts[slot] === 0 ? NaN : fromStored(metric, sums[slot] / counts[slot]);
  }
  return sums;
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
      .sort((a, b) => byName(a.entity, b.entity));
  }
}
