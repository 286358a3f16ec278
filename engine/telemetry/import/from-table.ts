import { existsSync } from "node:fs";
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance } from "@duckdb/node-api";
import { AffinityError } from "../../errors";
import { validate } from "../../validate";
import { aggregateTags } from "../tags";
import type { TelemetryWriter } from "../writer";
import { unreadable } from "./errors";
import { columnMappingSchema, mappedColumns, type MappedColumn, type ParsedMapping } from "./mapping";
import { readerOf, RowLines, selectRows } from "./table-sql";
import type { Tally } from "./tally";
import type { ImportOptions, ImportSource } from "./types";

type TableSource = Extract<ImportSource, { table: string }>;

/** Copies a CSV or Parquet file, read by DuckDB, through a column mapping. */
export async function importTable(
  source: TableSource,
  writer: TelemetryWriter,
  tally: Tally,
  options: ImportOptions,
): Promise<void> {
  const path = source.table;
  const mapping = validate(columnMappingSchema, source.mapping, {
    code: "TELEMETRY_MAPPING_INVALID",
    subject: "the column mapping",
    hint: "it needs time, id and fields, such as { time: timestamp, id: id, fields: { cpu_usage: vmCpuMhz } }",
  });
  if (options.vcenter === undefined) {
    throw new AffinityError({
      code: "TELEMETRY_IMPORT_INVALID",
      message: `the rows of ${path} belong to no vCenter`,
      hint: "name the vCenter that they are to be found under, as the inventory names it",
    });
  }
  if (!existsSync(path)) throw unreadable(path, new Error("no such file"));
  const instance = await DuckDBInstance.create(":memory:", { memory_limit: "512MB" });
  const connection = await instance.connect();
  const abort = () => connection.interrupt();
  options.signal?.addEventListener("abort", abort, { once: true });
  try {
    await copyRows(connection, path, mapping, new RowTaker(writer, mapping, options.vcenter), tally, options);
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    throw error instanceof AffinityError || error instanceof RangeError ? error : unreadable(path, error);
  } finally {
    options.signal?.removeEventListener("abort", abort);
    connection.closeSync();
    instance.closeSync();
  }
}

async function copyRows(
  connection: DuckDBConnection,
  path: string,
  mapping: ParsedMapping,
  taker: RowTaker,
  tally: Tally,
  options: ImportOptions,
): Promise<void> {
  const reader = readerOf(path);
  await connection.run("SET TimeZone = 'UTC'"); // of times that name none
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${reader}`);
  const types = new Map(described.getRows().map(([name, type]) => [String(name), String(type)]));
  checkColumns(path, mapping, types);
  const total = Number((await connection.runAndReadAll(`SELECT count(*) FROM ${reader}`)).getRows()[0][0]);
  const lines = await RowLines.of(connection, path);
  for (const { line, reason } of lines.rejected) tally.bad(`line ${line}`, reason);
  const result = await connection.stream(selectRows(reader, mapping, types));
  let done = 0;
  for (let chunk = await result.fetchChunk(); chunk?.rowCount; chunk = await result.fetchChunk()) {
    options.signal?.throwIfAborted();
    taker.take(chunk, (row, reason) => tally.bad(lines.placeOf(row), reason));
    await taker.writer.settle();
    done += chunk.rowCount;
    options.onProgress?.(done, total, path);
  }
}

function checkColumns(path: string, mapping: ParsedMapping, types: ReadonlyMap<string, string>): void {
  const asked: (readonly [string, string | undefined])[] = [
    ["time", mapping.time],
    ["id", mapping.id],
    ["name", mapping.name],
    ...Object.keys(mapping.fields).map((column) => [`fields.${column}`, column] as const),
  ];
  const problems = asked.flatMap(([where, column]) => {
    if (column === undefined) return [];
    const type = types.get(column);
    if (type === undefined) return [{ path: where, message: `${path} has no column ${column}` }];
    const wanted = where === "time" ? TIME : where === "id" || where === "name" ? NAME : NUMBER;
    if (wanted.types.test(type)) return [];
    return [{ path: where, message: `column ${column} is ${type.slice(0, 80)}, not ${wanted.what}` }];
  });
  for (const column of Object.keys(mapping.scale)) {
    if (column in mapping.fields) continue;
    problems.push({ path: `scale.${column}`, message: "is not among the mapped fields" });
  }
  if (problems.length === 0) return;
  throw new AffinityError({
    code: "TELEMETRY_MAPPING_INVALID",
    message: `the column mapping does not fit ${path}`,
    hint: `its columns are ${[...types.keys()].join(", ")}`,
    problems,
  });
}

/** DuckDB's types that a column may have. */
const NUMBER = {
  what: "a number",
  types: /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)|VARCHAR)$/,
};
const TIME = {
  what: "a time",
  types: new RegExp(`${NUMBER.types.source}|^(DATE|TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?)$`),
};
const NAME = { what: "a name", types: /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|VARCHAR|UUID|ENUM\(.*\))$/ };

/** Turns the rows of `selectRows` into samples. */
class RowTaker {
  private readonly columns: readonly MappedColumn[];
  private readonly fieldIds: readonly number[];
  private readonly seriesIds = new Map<string, number[]>();

  constructor(
    readonly writer: TelemetryWriter,
    mapping: ParsedMapping,
    private readonly vcenter: string,
  ) {
    this.columns = mappedColumns(mapping);
    this.fieldIds = this.columns.map(({ measurement, field }) => writer.fieldId(measurement, field));
  }

  take(chunk: DuckDBDataChunk, bad: (row: number, reason: string) => void): void {
    const vectors = Array.from({ length: chunk.columnCount }, (_, column) => chunk.getColumnVector(column));
    const [numbers, ids, names, times, timeTexts, ...values] = vectors;
    const { rowCount } = chunk; // a call into DuckDB each time
    for (let row = 0; row < rowCount; row++) {
      const number = Number(numbers.getItem(row));
      const id = ids.getItem(row) as string | null;
      const micros = Math.round((times.getItem(row) as number | null) ?? NaN);
      if (!id) {
        bad(number, "no id");
      } else if (!Number.isSafeInteger(micros)) {
        bad(number, `"${String(timeTexts.getItem(row) ?? "")}" is no time`);
      } else {
        const reasons = this.takeValues(id, (names.getItem(row) as string | null) ?? id, micros, (column) => ({
          value: values[2 * column].getItem(row) as number | null,
          text: values[2 * column + 1].getItem(row) as string | null,
        }));
        if (reasons.length > 0) bad(number, reasons.join("; "));
      }
    }
  }

  /** Empty cells and NaN are samples that were not taken; anything else that is no number is a fault of the row. */
  private takeValues(
    id: string,
    name: string,
    micros: number,
    cell: (column: number) => { value: number | null; text: string | null },
  ): string[] {
    const reasons: string[] = [];
    const series = this.seriesOf(id, name);
    for (const [index, { column, scale }] of this.columns.entries()) {
      const { value, text } = cell(index);
      if (value === null || Math.abs(value * scale) === Infinity) {
        if (text !== null && text.trim() !== "") reasons.push(`${column} "${text.slice(0, 40)}" is no number`);
      } else if (!Number.isNaN(value)) {
        this.writer.put(series[index], this.fieldIds[index], micros, value * scale);
      }
    }
    return reasons;
  }

  private seriesOf(id: string, name: string): number[] {
    const key = `${id}\n${name}`;
    const known = this.seriesIds.get(key);
    if (known) return known;
    const ids = this.columns.map(({ kind, measurement, instanceTags }) =>
      this.writer.seriesId(measurement, aggregateTags({ kind, vcenter: this.vcenter, moid: id, name }, instanceTags)),
    );
    this.seriesIds.set(key, ids);
    return ids;
  }
}
