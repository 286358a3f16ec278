import { existsSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { fillGaps } from "../../engine/models/demand/quantile";

const STEP = 300;
const DAY = 288;
const MAX_GAPS = 0.25;

/** CPU use of one VM, MHz every five minutes, gaps carried forward. */
export interface UsageSeries {
  readonly id: string;
  /** Epoch seconds of values[0]. */
  readonly start: number;
  readonly values: Float64Array;
}

/** The trace inside a data folder: that of the public data's layout, or a folder that holds it itself. */
export function traceFile(folder: string): string | null {
  const places = [join("bitbrains-small", "v1"), "v1", "."];
  const found = places.map((place) => join(folder, place, "trace.parquet")).find((path) => existsSync(path));
  return found ?? (folder.endsWith(".parquet") && existsSync(folder) ? folder : null);
}

/** Series of at least eight days and fewer than a quarter of gaps, as the peers' script takes them. */
export async function readUsage(path: string): Promise<UsageSeries[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const read = await connection.runAndReadAll(
    `SELECT id::VARCHAR AS id, floor(epoch(timestamp) / ${STEP})::INTEGER AS slot, avg(cpu_usage)::DOUBLE AS usage
     FROM read_parquet($path) GROUP BY ALL ORDER BY ALL`,
    { path },
  );
  const [ids, slots, usages] = read.getColumns() as [string[], number[], (number | null)[]];
  connection.closeSync();
  const series: UsageSeries[] = [];
  for (let from = 0, to = 0; from < ids.length; from = to) {
    while (to < ids.length && ids[to] === ids[from]) to++;
    const values = new Float64Array(slots[to - 1] - slots[from] + 1).fill(Number.NaN);
    for (let i = from; i < to; i++) values[slots[i] - slots[from]] = usages[i] ?? Number.NaN;
    const filled = fillGaps(values);
    if (!filled || values.length < 8 * DAY || 1 - filled.coverage >= MAX_GAPS) continue;
    const start = (slots[from] + values.length - filled.values.length) * STEP;
    series.push({ id: ids[from], start, values: filled.values });
  }
  return series;
}
