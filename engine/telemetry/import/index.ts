export { importTelemetry } from "./import";
export { columnMappingSchema, type ColumnMapping } from "./mapping";
export type { BadRow, ImportOptions, ImportReport, ImportSource } from "./types";
