import { AffinityError } from "../../errors";
import { openWriter } from "../writer";
import { importInflux } from "./from-influx";
import { importLines } from "./from-lines";
import { importTable } from "./from-table";
import { Tally } from "./tally";
import type { ImportOptions, ImportReport, ImportSource } from "./types";

/**
 * Copies telemetry into a DuckDB file, which is made where it does not exist. Run again, it adds what is new and doubles
 * nothing; broken off, it keeps what it had merged, and the next run completes it.
 * @param target path of the DuckDB file
 * @throws AffinityError TELEMETRY_IMPORT_UNREADABLE, TELEMETRY_IMPORT_INVALID, TELEMETRY_MAPPING_INVALID (source);
 * TELEMETRY_LOCKED, TELEMETRY_CORRUPT, TELEMETRY_FORMAT, TELEMETRY_WRITE_FAILED (target); those of InfluxDB
 */
export async function importTelemetry(
  source: ImportSource,
  target: string,
  options: ImportOptions = {},
): Promise<ImportReport> {
  options.signal?.throwIfAborted();
  const writer = await openWriter(target);
  const tally = new Tally();
  try {
    if ("influx" in source) await importInflux(source, writer, tally, options);
    else if ("lineProtocol" in source) await importLines(source, writer, tally, options);
    else await importTable(source, writer, tally, options);
  } catch (error) {
    // What was read is good: keep it, unless keeping it is what failed.
    if (error instanceof AffinityError && error.code === "TELEMETRY_WRITE_FAILED") writer.discard();
    else await writer.close();
    throw error;
  }
  await writer.close();
  return tally.report(writer);
}
