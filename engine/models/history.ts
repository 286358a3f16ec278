import type { MetricId } from "../telemetry/schema";
import type { EntityKind, Grid, TelemetrySource } from "../telemetry/source";
import { traced } from "../tracing";
import type { RunOptions } from "./progress";

export const HOUR = 3600;

/** Hourly averages of many entities, dense: row-major [entity][hour], NaN where an hour holds no sample. */
export interface HourlyHistory {
  readonly entities: readonly string[];
  /** Hours since the epoch (UTC) of the first column. */
  readonly firstHour: number;
  readonly hours: number;
  readonly metrics: Readonly<Partial<Record<MetricId, Float64Array>>>;
  /** Share of the grid's slots that hold a sample, by metric and entity, 0 to 1. */
  readonly coverage: Readonly<Partial<Record<MetricId, Float64Array>>>;
}

export interface HistoryQuery {
  readonly kind: EntityKind;
  readonly vcenter: string;
  readonly metrics: readonly MetricId[];
  readonly grid: Grid;
  readonly entities: readonly string[];
  /** The entities are all that the vCenter has: the store needn't be told their names. */
  readonly all: boolean;
}

/** The history that ends at `asOf`: whole slots only, so that samples still to come don't change what was planned. */
export function historyGrid(asOf: number, historyDays: number, stepMinutes: number): Grid {
  const step = stepMinutes * 60;
  const length = Math.ceil((historyDays * 86_400) / step);
  return { start: Math.floor(asOf / step) * step - length * step, step, length };
}

/** The row of one entity and metric; NaN throughout if nothing was read. Shares memory with the history. */
export function rowOf(history: HourlyHistory, metric: MetricId, entity: number): Float64Array {
  const values = history.metrics[metric];
  if (!values) throw new RangeError(`the history was read without ${metric}`);
  return values.subarray(entity * history.hours, (entity + 1) * history.hours);
}

/** Streams the series of a kind and folds them to hours as they come: memory is bounded by entities × hours. */
export function readHistory(
  telemetry: TelemetrySource,
  query: HistoryQuery,
  options: RunOptions = {},
): Promise<HourlyHistory> {
  const about = { "telemetry.kind": query.kind, "telemetry.entities": query.entities.length };
  return traced("telemetry", { ...about, "telemetry.metrics": [...query.metrics] }, () =>
    fold(telemetry, query, options),
  );
}

async function fold(telemetry: TelemetrySource, query: HistoryQuery, options: RunOptions): Promise<HourlyHistory> {
  const { grid, entities } = query;
  const firstHour = Math.floor(grid.start / HOUR);
  const hours = Math.ceil((grid.start + grid.length * grid.step) / HOUR) - firstHour;
  const metrics: Partial<Record<MetricId, Float64Array>> = {};
  const coverage: Partial<Record<MetricId, Float64Array>> = {};
  for (const metric of query.metrics) {
    metrics[metric] = new Float64Array(entities.length * hours).fill(Number.NaN);
    coverage[metric] = new Float64Array(entities.length);
  }
  const history: HourlyHistory = { entities, firstHour, hours, metrics, coverage };
  if (entities.length === 0) return history;
  const index = new Map(entities.map((entity, row) => [entity, row]));
  const total = entities.length * query.metrics.length;
  const { kind, vcenter } = query;
  const restriction = query.all ? {} : { entities };
  let done = 0;
  const report = () => options.onProgress?.({ what: `${kind} telemetry`, done, total });
  for await (const series of telemetry.series(
    { kind, vcenter, metrics: query.metrics, grid, ...restriction },
    options.signal,
  )) {
    options.signal?.throwIfAborted();
    const row = index.get(series.entity);
    const share = coverage[series.metric];
    if (row === undefined || !share) continue;
    share[row] = foldToHours(series.values, grid, firstHour, rowOf(history, series.metric, row)) / grid.length;
    if (++done % 500 === 0) report();
  }
  done = total;
  report();
  return history;
}

/** Writes the mean of each hour's samples to `into`; gives the number of slots that hold a sample. */
function foldToHours(values: Float64Array, grid: Grid, firstHour: number, into: Float64Array): number {
  let samples = 0;
  let hour = Math.floor(grid.start / HOUR) - firstHour;
  let end = (firstHour + hour + 1) * HOUR;
  let sum = 0;
  let n = 0;
  const flush = () => {
    if (n > 0) into[hour] = sum / n;
    sum = 0;
    n = 0;
  };
  for (let i = 0, time = grid.start; i < values.length; i++, time += grid.step) {
    if (Number.isNaN(values[i])) continue;
    if (time >= end) {
      flush();
      hour = Math.floor(time / HOUR) - firstHour;
      end = (firstHour + hour + 1) * HOUR;
    }
    sum += values[i];
    n++;
    samples++;
  }
  flush();
  return samples;
}
