export { DuckDbTelemetry } from "./duckdb";
export { InfluxTelemetry } from "./influx";
export type { InfluxSettings } from "./influx-client";
export * from "./import";
export { newestSample } from "./newest";
export { openTelemetry, type TelemetrySettings } from "./open";
export { METRICS, type Metric, type MetricId } from "./schema";
export type { EntityKind, Extent, Grid, Series, SeriesQuery, TelemetrySource } from "./source";
export { openWriter, TelemetryWriter, type SeriesToWrite, type Tags } from "./writer";
