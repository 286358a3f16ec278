import type { ClockReading } from "./clock";
import type { MetricId } from "./schema";

/** A regular time axis: slot i covers [start + i*step, start + (i+1)*step), in epoch seconds, aligned to multiples of step. */
export interface Grid {
  readonly start: number;
  readonly step: number;
  readonly length: number;
}

export type EntityKind = "vm" | "host";

export interface SeriesQuery {
  readonly kind: EntityKind;
  /** The vCenter, as Telegraf's `vcenter` tag names it. A VM is identified by vcenter + moid, never by host or name. */
  readonly vcenter: string;
  readonly metrics: readonly MetricId[];
  readonly grid: Grid;
  /** Managed object ids to read; all of that kind where absent. */
  readonly entities?: readonly string[];
}

/** One series on the query's grid, in the metric's unit. A slot without a sample is NaN: never a zero, never carried over. */
export interface Series {
  readonly entity: string;
  readonly metric: MetricId;
  readonly values: Float64Array;
}

/** What the store holds of one entity. */
export interface Extent {
  readonly entity: string;
  /** Epoch seconds of the oldest and newest sample inside the asked window. */
  readonly first: number;
  readonly last: number;
}

/**
 * Telemetry in Telegraf's schema, whichever store holds it. Every reader gives the same series for the same rows:
 * the mean per slot, computed by the database, rounded to the metric's resolution.
 */
export interface TelemetrySource {
  /** For messages: address and database, or the file. Never a secret. */
  readonly name: string;
  /** Streams; series that have no sample in the window are left out. */
  series(query: SeriesQuery, signal?: AbortSignal): AsyncIterable<Series>;
  /** First and last sample per entity of a metric inside the window: for staleness and coverage. */
  extents(query: Omit<SeriesQuery, "metrics"> & { metric: MetricId }, signal?: AbortSignal): Promise<Extent[]>;
  /** The server's clock; null where it says none. Absent: there is no server. */
  clock?(signal?: AbortSignal): Promise<ClockReading | null>;
  close(): Promise<void>;
}
