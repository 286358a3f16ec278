import type { Metric, MetricId } from "./schema";
import { METRICS } from "./schema";
import type { EntityKind, Grid } from "./source";

/** The end of the grid's window, epoch seconds, exclusive. */
export function gridEnd(grid: Grid): number {
  return grid.start + grid.length * grid.step;
}

/** @throws RangeError for a grid off its alignment, and for a metric of another kind of entity */
export function checkQuery(query: { kind: EntityKind; grid: Grid }, metrics: readonly MetricId[]): void {
  const { start, step, length } = query.grid;
  if (!Number.isSafeInteger(step) || step <= 0) throw new RangeError(`grid step must be whole seconds, not ${step}`);
  if (!Number.isSafeInteger(start) || start < 0 || start % step !== 0) {
    throw new RangeError(`grid start ${start} is not a multiple of its step ${step}`);
  }
  if (!Number.isSafeInteger(length) || length <= 0) throw new RangeError(`grid length must be positive, not ${length}`);
  for (const metric of metrics) {
    const { kind } = METRICS[metric];
    if (kind !== query.kind) throw new RangeError(`${metric} is a metric of a ${kind}, not of a ${query.kind}`);
  }
}

/**
 * Databases add the samples of a slot in different orders, so their means differ in the last bits, and a mean that lies
 * on a rounding boundary would fall to either side. Real means lie there often (they are ratios of short decimals), so
 * the boundary is moved by a part of the resolution that is far above the noise and at which no such ratio lies.
 */
const BOUNDARY = 0.5 + Math.PI * 1e-5;

/** A stored value in the metric's unit, rounded to its resolution: the same bits from every database. */
export function fromStored(metric: Metric, stored: number): number {
  const perUnit = Math.round(1 / metric.resolution);
  return Math.floor(stored * metric.scale * perUnit + BOUNDARY) / perUnit;
}
