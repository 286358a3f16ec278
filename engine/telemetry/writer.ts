import { type DuckDBAppender, DuckDBDataChunk, DOUBLE, INTEGER } from "@duckdb/node-api";
import { canonicalJson } from "../digest";
import { AffinityError } from "../errors";
import { METRICS, type Metric, type MetricId } from "./schema";
import { corrupt, openStore, type Store } from "./store";
import { aggregateTags, type Tags } from "./tags";

/** A regular series of one entity, in the metric's unit (see METRICS). */
export interface SeriesToWrite {
  readonly metric: MetricId;
  readonly vcenter: string;
  /** Managed object id. */
  readonly entity: string;
  /** The VM's or host's name, for Telegraf's vmname, esxhostname and source tags. */
  readonly name: string;
  /** Epoch seconds of values[0]; value i stands at start + i*step. */
  readonly start: number;
  readonly step: number;
  /** NaN: no sample. */
  readonly values: Float64Array;
}

/** DuckDB's vector size: rows go to it in chunks of this. */
const CHUNK = 2048;
/** Rows staged before they are merged: bounds the memory of a merge. */
const BATCH = 2_000_000;

/**
 * Writes Telegraf rows into a DuckDB file, in bulk and without ever doubling one: a row is known by its tags, field
 * and time, and the last value written for it stays. Rows are kept from `close()` on, earlier ones batch by batch.
 */
export class TelemetryWriter {
  /** Rows given to the writer so far. */
  rows = 0;
  /** Of the merged rows: those that were new, and those whose value was another one before. */
  added = 0;
  changed = 0;

  private readonly series = new Map<string, number>();
  private readonly fields = new Map<string, number>();
  private newSeries: (readonly [number, string, string, string, string])[] = [];
  private newFields: (readonly [number, string, string])[] = [];
  private readonly seriesColumn = new Int32Array(CHUNK);
  private readonly fieldColumn = new Int32Array(CHUNK);
  private readonly microsColumn = new Float64Array(CHUNK);
  private readonly valueColumn = new Float64Array(CHUNK);
  private buffered = 0;
  private staged = 0;
  private appender: DuckDBAppender | undefined;

  private constructor(
    private readonly store: Store,
    private readonly batch: number,
  ) {}

  /** @throws AffinityError TELEMETRY_NOT_FOUND, TELEMETRY_LOCKED, TELEMETRY_CORRUPT or TELEMETRY_FORMAT */
  static async open(path: string, batch = BATCH): Promise<TelemetryWriter> {
    const writer = new TelemetryWriter(await openStore(path, "write"), batch);
    try {
      await writer.begin();
    } catch (error) {
      writer.discard();
      throw error instanceof AffinityError ? error : corrupt(path, error);
    }
    return writer;
  }

  /** The id of a tag set of a measurement; `vcenter` and `moid` are among the tags. Made where it is new. */
  seriesId(measurement: string, tags: Tags): number {
    const json = canonicalJson(tags);
    const key = `${measurement}\n${json}`;
    const known = this.series.get(key);
    if (known !== undefined) return known;
    const id = this.series.size;
    this.series.set(key, id);
    this.newSeries.push([id, measurement, tags.vcenter ?? "", tags.moid ?? "", json]);
    return id;
  }

  /** The id of a field of a measurement. Made where it is new. */
  fieldId(measurement: string, name: string): number {
    const key = `${measurement}\n${name}`;
    const known = this.fields.get(key);
    if (known !== undefined) return known;
    const id = this.fields.size;
    this.fields.set(key, id);
    this.newFields.push([id, measurement, name]);
    return id;
  }

  /** One number in the stored unit, `micros` after the epoch. Call `settle()` between runs of these. */
  put(series: number, field: number, micros: number, value: number): void {
    if (!Number.isFinite(value) || !Number.isSafeInteger(micros)) {
      throw new RangeError(`a sample must be a finite number at a whole microsecond, not ${value} at ${micros}`);
    }
    const row = this.buffered++;
    this.seriesColumn[row] = series;
    this.fieldColumn[row] = field;
    this.microsColumn[row] = micros;
    this.valueColumn[row] = value;
    this.rows++;
    if (this.buffered === CHUNK) this.stage();
  }

  /** Merges what is staged once it is a full batch. */
  async settle(): Promise<void> {
    if (this.staged >= this.batch) await this.merge();
  }

  /** Appends a regular series as Telegraf would have written it: the stored unit, the aggregate instance. */
  async append(input: SeriesToWrite): Promise<void> {
    const metric: Metric = METRICS[input.metric];
    const { vcenter, entity: moid, name } = input;
    const tags = aggregateTags({ kind: metric.kind, vcenter, moid, name }, metric.instanceTags);
    const series = this.seriesId(metric.measurement, tags);
    const field = this.fieldId(metric.measurement, metric.field);
    for (let i = 0; i < input.values.length; i++) {
      const value = input.values[i];
      if (Number.isNaN(value)) continue;
      this.put(series, field, Math.round((input.start + i * input.step) * 1e6), value / metric.scale);
    }
    await this.settle();
  }

  /** Merges the rest and closes the file. */
  async close(): Promise<void> {
    try {
      this.stage();
      await this.merge();
      await this.store.connection.run("CHECKPOINT");
    } finally {
      this.discard();
    }
  }

  /** Closes the file without the rows that are not merged yet. */
  discard(): void {
    this.appender?.closeSync();
    this.appender = undefined;
    this.store.close();
  }

  private async begin(): Promise<void> {
    const { connection } = this.store;
    const series = await connection.stream("SELECT measurement, tags FROM series ORDER BY id");
    for await (const rows of series.yieldRows()) {
      for (const [measurement, tags] of rows)
        this.series.set(`${String(measurement)}\n${String(tags)}`, this.series.size);
    }
    const fields = await connection.runAndReadAll("SELECT measurement, name FROM fields ORDER BY id");
    for (const [measurement, name] of fields.getRows()) {
      this.fields.set(`${String(measurement)}\n${String(name)}`, this.fields.size);
    }
    await this.openStage();
  }

  private async openStage(): Promise<void> {
    const { connection } = this.store;
    // Microseconds as DOUBLE are exact below 2^53 (the year 2255) and spare a BigInt for every row.
    await connection.run(
      "CREATE OR REPLACE TEMP TABLE stage (series INTEGER, field INTEGER, micros DOUBLE, value DOUBLE)",
    );
    this.appender = await connection.createAppender("stage", "main", "temp");
    this.staged = 0;
  }

  private stage(): void {
    const rows = this.buffered;
    if (rows === 0 || !this.appender) return;
    const chunk = DuckDBDataChunk.create([INTEGER, INTEGER, DOUBLE, DOUBLE], rows);
    [this.seriesColumn, this.fieldColumn, this.microsColumn, this.valueColumn].forEach((values, column) => {
      const vector = chunk.getColumnVector(column);
      for (let row = 0; row < rows; row++) vector.setItem(row, values[row]);
      vector.flush();
    });
    this.appender.appendDataChunk(chunk);
    this.buffered = 0;
    this.staged += rows;
  }

  /** In one transaction: new series and fields, changed values, new rows sorted so that they compress and prune well. */
  private async merge(): Promise<void> {
    const { connection } = this.store;
    this.appender?.closeSync();
    this.appender = undefined;
    await connection.run("BEGIN");
    try {
      await this.saveNames();
      await connection.run(`
        CREATE OR REPLACE TEMP TABLE fresh AS
        SELECT series, field, make_timestamp(micros::BIGINT) AS time, arg_max(value, rowid) AS value
        FROM temp.stage GROUP BY ALL`);
      const updated = await connection.run(`
        UPDATE samples SET value = f.value FROM temp.fresh f
        WHERE samples.series = f.series AND samples.field = f.field AND samples.time = f.time AND samples.value <> f.value`);
      const inserted = await connection.run(`
        INSERT INTO samples SELECT f.series, f.field, f.time, f.value
        FROM temp.fresh f ANTI JOIN samples s ON s.series = f.series AND s.field = f.field AND s.time = f.time
        ORDER BY f.field, f.series, f.time`);
      await connection.run("DROP TABLE temp.fresh");
      await connection.run("COMMIT");
      this.newSeries = [];
      this.newFields = [];
      this.changed += updated.rowsChanged;
      this.added += inserted.rowsChanged;
    } catch (error) {
      await connection.run("ROLLBACK").catch(() => undefined);
      throw new AffinityError({
        code: "TELEMETRY_WRITE_FAILED",
        message: `telemetry file ${this.store.path} could not be written`,
        hint: "check the free space of its disk; running the same import again completes it",
        cause: error,
      });
    }
    await this.openStage();
  }

  private async saveNames(): Promise<void> {
    const { connection } = this.store;
    const series = await connection.createAppender("series");
    for (const [id, ...names] of this.newSeries) {
      series.appendInteger(id);
      for (const name of names) series.appendVarchar(name);
      series.endRow();
    }
    series.closeSync();
    const fields = await connection.createAppender("fields");
    for (const [id, ...names] of this.newFields) {
      fields.appendInteger(id);
      for (const name of names) fields.appendVarchar(name);
      fields.endRow();
    }
    fields.closeSync();
  }
}

/**
 * Opens a DuckDB file for writing telemetry; makes it where it does not exist.
 * @throws AffinityError TELEMETRY_NOT_FOUND, TELEMETRY_LOCKED, TELEMETRY_CORRUPT or TELEMETRY_FORMAT
 */
export function openWriter(path: string): Promise<TelemetryWriter> {
  return TelemetryWriter.open(path);
}
