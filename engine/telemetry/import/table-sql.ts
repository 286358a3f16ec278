import type { DuckDBConnection } from "@duckdb/node-api";
import type { ParsedMapping } from "./mapping";

const MICROS_PER_UNIT = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 } as const;

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const name = (value: string): string => `"${value.replaceAll('"', '""')}"`;

const isParquet = (path: string): boolean => /\.parquet$/i.test(path);

/**
 * DuckDB's reader of the file. CSV comes as text, so that a value that is no number is seen instead of refusing the
 * file, and lines of the wrong shape are set aside.
 */
export function readerOf(path: string): string {
  // `*`, `?` and `[` would make a pattern of the path: a file is meant.
  const file = text(path.replaceAll(/[*?[]/g, "[$&]"));
  return isParquet(path)
    ? `read_parquet(${file}, file_row_number = true)`
    : `read_csv(${file}, header = true, all_varchar = true, store_rejects = true, rejects_limit = 0)`;
}

/** Columns: row number from 0, id, name, microseconds, the time as text; then per field its number and its text. */
export function selectRows(reader: string, mapping: ParsedMapping, types: ReadonlyMap<string, string>): string {
  const columns = [
    types.has("file_row_number") ? "file_row_number" : "row_number() OVER () - 1",
    `${name(mapping.id)}::VARCHAR`,
    `${name(mapping.name ?? mapping.id)}::VARCHAR`,
    micros(mapping, types.get(mapping.time)!),
    `${name(mapping.time)}::VARCHAR`,
    ...Object.keys(mapping.fields).flatMap((column) => [
      `TRY_CAST(${name(column)} AS DOUBLE)`,
      `${name(column)}::VARCHAR`,
    ]),
  ];
  return `SELECT ${columns.join(", ")} FROM ${reader}`;
}

function micros(mapping: ParsedMapping, type: string): string {
  const column = name(mapping.time);
  const number = `TRY_CAST(${column} AS DOUBLE) * ${MICROS_PER_UNIT[mapping.timeUnit]}`;
  if (type === "TIMESTAMP WITH TIME ZONE") return `epoch_us(${column})::DOUBLE`;
  if (/^(TIMESTAMP|DATE)/.test(type)) return `epoch_us(${column}::TIMESTAMP)::DOUBLE`;
  // As TIMESTAMP, DuckDB would read the text and pass over its offset from UTC.
  return type === "VARCHAR" ? `coalesce(${number}, epoch_us(TRY_CAST(${column} AS TIMESTAMPTZ))::DOUBLE)` : number;
}

/** Which line of a CSV file a row stood in: the lines that were set aside are not among the rows. */
export class RowLines {
  private constructor(
    private readonly parquet: boolean,
    readonly rejected: readonly { readonly line: number; readonly reason: string }[],
  ) {}

  /** To be called when the file was read through once. */
  static async of(connection: DuckDBConnection, path: string): Promise<RowLines> {
    if (isParquet(path)) return new RowLines(true, []);
    const rows = await connection.runAndReadAll(
      "SELECT line, any_value(error_message) FROM reject_errors GROUP BY line ORDER BY line",
    );
    const rejected = rows.getRows().map(([line, message]) => ({ line: Number(line), reason: String(message) }));
    return new RowLines(false, rejected);
  }

  placeOf(row: number): string {
    if (this.parquet) return `row ${row + 1}`;
    let line = row + 2; // counted from 1, after the header
    for (const rejected of this.rejected) if (rejected.line <= line) line++;
    return `line ${line}`;
  }
}
