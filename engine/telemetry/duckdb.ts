import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { AffinityError } from "../errors";
import { batches, entitiesPerBatch, sortedUnique } from "./batches";
import { ExtentCollector, SeriesCollector } from "./collector";
import { checkQuery, gridEnd } from "./grid";
import { aggregateRank } from "./instances";
import { readAhead } from "./read-ahead";
import { METRICS, type MetricId } from "./schema";
import type { Extent, Grid, Series, SeriesQuery, TelemetrySource } from "./source";
import { corrupt, openStore, type Store } from "./store";

/** Entities of one query: small enough that its groups stay in the processor's caches. */
const ENTITIES = 250;

/** A stored series that holds (a part of) an entity's metric. */
interface Member {
  readonly entity: string;
  readonly metric: number;
  readonly series: number;
  readonly field: number;
  readonly rank: number;
}

/** Telemetry in a DuckDB file (see store.ts), opened for reading only: any number of processes may read at once. */
export class DuckDbTelemetry implements TelemetrySource {
  readonly name: string;

  private constructor(private readonly store: Store) {
    this.name = store.path;
  }

  /** @throws AffinityError TELEMETRY_NOT_FOUND, TELEMETRY_LOCKED, TELEMETRY_CORRUPT or TELEMETRY_FORMAT */
  static async open(path: string): Promise<DuckDbTelemetry> {
    return new DuckDbTelemetry(await openStore(path, "read"));
  }

  async *series(query: SeriesQuery, signal?: AbortSignal): AsyncGenerator<Series> {
    checkQuery(query, query.metrics);
    const byEntity = await this.withConnection(signal, (connection) => this.members(connection, query, query.metrics));
    const size = entitiesPerBatch(query.grid.length * query.metrics.length, ENTITIES);
    const read = (entities: string[], stop: AbortSignal) =>
      this.withConnection(stop, async (connection) => {
        const collector = new SeriesCollector(entities, query.metrics, query.grid.length);
        await this.readMeans(connection, query.grid, entities, byEntity, collector);
        return collector.series();
      });
    for await (const series of readAhead(batches(sortedUnique(byEntity.keys()), size), read, signal)) yield* series;
  }

  async extents(query: Omit<SeriesQuery, "metrics"> & { metric: MetricId }, signal?: AbortSignal): Promise<Extent[]> {
    checkQuery(query, [query.metric]);
    return this.withConnection(signal, async (connection) => {
      const members = [...(await this.members(connection, query, [query.metric])).values()].flat();
      await want(
        connection,
        members.map((member, key) => [member.series, member.field, key]),
      );
      const rows = await connection.runAndReadAll(
        `SELECT w.key, epoch_us(min(s.time)) // 1000000, epoch_us(max(s.time)) // 1000000 ${FROM_WANTED} GROUP BY w.key`,
        windowOf(query.grid),
      );
      const collector = new ExtentCollector();
      for (const [key, first, last] of rows.getRows()) {
        const { entity, rank } = members[Number(key)];
        collector.add(entity, rank, Number(first), Number(last));
      }
      return collector.extents();
    });
  }

  close(): Promise<void> {
    this.store.close();
    return Promise.resolve();
  }

  /** The stored series of the asked entities: several per entity, since a vMotion changes a VM's tags. */
  private async members(
    connection: DuckDBConnection,
    query: Pick<SeriesQuery, "vcenter" | "entities">,
    metrics: readonly MetricId[],
  ): Promise<Map<string, Member[]>> {
    const asked = query.entities ? new Set(query.entities) : undefined;
    const byEntity = new Map<string, Member[]>();
    for (const [metric, id] of metrics.entries()) {
      const { measurement, field, instanceTags } = METRICS[id];
      const rows = await connection.runAndReadAll(
        `SELECT s.moid, s.tags, s.id, f.id FROM series s JOIN fields f ON f.measurement = s.measurement
         WHERE s.measurement = $measurement AND s.vcenter = $vcenter AND f.name = $field`,
        { measurement, field, vcenter: query.vcenter },
      );
      for (const [moid, tags, series, fieldId] of rows.getRows()) {
        const entity = String(moid);
        const rank = aggregateRank(instanceTags, JSON.parse(String(tags)) as Record<string, string>);
        if (rank < 0 || asked?.has(entity) === false) continue;
        const member = { entity, metric, rank, series: Number(series), field: Number(fieldId) };
        const known = byEntity.get(entity);
        if (known) known.push(member);
        else byEntity.set(entity, [member]);
      }
    }
    return byEntity;
  }

  private async readMeans(
    connection: DuckDBConnection,
    grid: Grid,
    entities: readonly string[],
    byEntity: ReadonlyMap<string, Member[]>,
    collector: SeriesCollector,
  ): Promise<void> {
    const wanted = entities.flatMap((entity, e) =>
      (byEntity.get(entity) ?? []).map((m) => [m.series, m.field, collector.key(e, m.metric, m.rank)]),
    );
    await want(connection, wanted);
    const parameters = windowOf(grid);
    const rows = await connection.runAndReadAll(`SELECT count(*) ${FROM_WANTED}`, parameters);
    // The mean of all samples of the slot, whichever tag set they came under: not a mean of means. Where there is hardly
    // more than one sample a slot there is nothing to group: the collector does what is left, in a third of the time.
    const sparse = Number(rows.getRows()[0][0]) <= 2 * wanted.length * grid.length;
    // Key and slot travel as one number, which is grouped and read in two thirds of the time of two.
    const result = await connection.stream(
      `SELECT (w.key::BIGINT * $length + (epoch_us(s.time) // 1000000 - $from) // $step)::DOUBLE AS cell,
       ${sparse ? `s.value ${FROM_WANTED}` : `avg(s.value) ${FROM_WANTED} GROUP BY cell`}`,
      { ...parameters, step: grid.step, length: grid.length },
    );
    for (let chunk = await result.fetchChunk(); chunk; chunk = await result.fetchChunk()) {
      const { rowCount } = chunk; // a call into DuckDB each time
      if (rowCount === 0) break;
      const cells = chunk.getColumnVector(0);
      const values = chunk.getColumnVector(1);
      for (let row = 0; row < rowCount; row++) {
        const cell = cells.getItem(row) as number;
        collector.add(Math.floor(cell / grid.length), cell % grid.length, values.getItem(row) as number);
      }
    }
  }

  /** A connection for one piece of work, which `signal` interrupts. */
  private async withConnection<T>(
    signal: AbortSignal | undefined,
    work: (connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const connection = await this.store.connect();
    const interrupt = () => connection.interrupt();
    signal?.addEventListener("abort", interrupt, { once: true });
    try {
      return await work(connection);
    } catch (error) {
      throw this.failure(error, signal);
    } finally {
      signal?.removeEventListener("abort", interrupt);
      connection.closeSync();
    }
  }

  private failure(error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return signal.reason;
    if (error instanceof AffinityError || error instanceof RangeError) return error;
    return corrupt(this.store.path, error);
  }
}

const FROM_WANTED = `
  FROM samples s JOIN temp.wanted w ON w.series = s.series AND w.field = s.field
  WHERE s.time >= make_timestamp($from::BIGINT * 1000000) AND s.time < make_timestamp($to::BIGINT * 1000000)`;

function windowOf(grid: Grid): Record<string, DuckDBValue> {
  return { from: grid.start, to: gridEnd(grid) };
}

/** The stored series to read, in a table of this connection's own. */
async function want(connection: DuckDBConnection, rows: readonly (readonly number[])[]): Promise<void> {
  await connection.run("CREATE OR REPLACE TEMP TABLE wanted (series INTEGER, field INTEGER, key INTEGER)");
  const appender = await connection.createAppender("wanted", "main", "temp");
  for (const row of rows) {
    for (const value of row) appender.appendInteger(value);
    appender.endRow();
  }
  appender.closeSync();
}
