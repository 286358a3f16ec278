import { DuckDbTelemetry } from "./duckdb";
import { InfluxTelemetry } from "./influx";
import type { InfluxSettings } from "./influx-client";
import type { TelemetrySource } from "./source";

/** The `telemetry` section of the settings. */
export type TelemetrySettings = { readonly duckdb: string } | { readonly influx: InfluxSettings };

/**
 * Opens the store that the settings name, and sees that it answers.
 * @throws AffinityError TELEMETRY_NOT_FOUND, _LOCKED, _CORRUPT, _FORMAT (DuckDB); SETTINGS_INVALID (caFile),
 * TELEMETRY_UNREACHABLE, _CERTIFICATE, _LOGIN_FAILED, _DATABASE_NOT_FOUND, _TIMEOUT, _QUERY_FAILED (InfluxDB)
 */
export async function openTelemetry(settings: TelemetrySettings, signal?: AbortSignal): Promise<TelemetrySource> {
  if ("duckdb" in settings) return DuckDbTelemetry.open(settings.duckdb);
  const source = new InfluxTelemetry(settings.influx);
  try {
    await source.check(signal);
    return source;
  } catch (error) {
    await source.close();
    throw error;
  }
}
