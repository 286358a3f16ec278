import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { AffinityError } from "../errors";

/**
 * How Telegraf's rows lie in a DuckDB file: the tag set once per series, and one narrow row per number.
 *
 * Narrow, because metrics of one measurement come at different times and from different sources (a wide row would need
 * an upsert for each column), because DuckDB stores the sorted keys run-length encoded in next to nothing, and because
 * names of measurements, fields and tags stay values: none of them ever becomes part of a statement. A primary key on
 * `samples` would keep an index of every row in memory; the writer keeps (series, field, time) unique instead.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS telemetry_format (version INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY, measurement VARCHAR NOT NULL, vcenter VARCHAR NOT NULL, moid VARCHAR NOT NULL,
    tags VARCHAR NOT NULL -- JSON object with sorted keys
  );
  CREATE TABLE IF NOT EXISTS fields (id INTEGER PRIMARY KEY, measurement VARCHAR NOT NULL, name VARCHAR NOT NULL);
  CREATE TABLE IF NOT EXISTS samples (
    series INTEGER NOT NULL, field INTEGER NOT NULL, time TIMESTAMP NOT NULL, -- UTC
    value DOUBLE NOT NULL
  );
`;
const FORMAT = 1;

/** DuckDB takes 80 % of the machine's memory by itself; a run has a gigabyte for everything. */
const LIMITS = { memory_limit: "512MB" };

/** Files that this process writes. The cache would hand one handle to two writers, who give out the same ids. */
const written = new Set<string>();

/** An open file: any number may read it, or one write it. */
export interface Store {
  readonly path: string;
  readonly connection: DuckDBConnection;
  /** Another connection to the same file, for a query that runs beside others. */
  connect(): Promise<DuckDBConnection>;
  close(): void;
}

/**
 * Opens a telemetry file.
 * @throws AffinityError TELEMETRY_NOT_FOUND, TELEMETRY_LOCKED or TELEMETRY_CORRUPT
 */
export async function openStore(path: string, access: "read" | "write"): Promise<Store> {
  if (access === "read" && !existsSync(path)) throw notFound(path);
  const key = resolve(path);
  if (access === "write" && written.has(key)) throw locked(path);
  let instance: DuckDBInstance | undefined;
  let connection: DuckDBConnection | undefined;
  const close = () => {
    connection?.closeSync();
    instance?.closeSync();
    if (access === "write") written.delete(key);
  };
  try {
    if (access === "write") written.add(key);
    // One process has one handle on a file: a second open of the same file must come from the cache.
    instance = await DuckDBInstance.fromCache(path, {
      access_mode: access === "read" ? "READ_ONLY" : "READ_WRITE",
      ...LIMITS,
    });
    connection = await instance.connect();
    if (access === "write") await create(connection);
    await checkFormat(connection, path);
    const opened = instance;
    return { path, connection, connect: () => opened.connect(), close };
  } catch (error) {
    close();
    throw error instanceof AffinityError ? error : openFailure(path, error);
  }
}

async function create(connection: DuckDBConnection): Promise<void> {
  await connection.run(TABLES);
  await connection.run(
    `INSERT INTO telemetry_format SELECT ${FORMAT} WHERE NOT EXISTS (SELECT 1 FROM telemetry_format)`,
  );
}

async function checkFormat(connection: DuckDBConnection, path: string): Promise<void> {
  const found = await connection.runAndReadAll(
    "SELECT count(*)::INTEGER FROM duckdb_tables() WHERE table_name IN ('telemetry_format', 'series', 'fields', 'samples')",
  );
  if (found.getRows()[0]?.[0] !== 4) {
    throw new AffinityError({
      code: "TELEMETRY_CORRUPT",
      message: `${path} is a DuckDB file, but not one that holds telemetry`,
      hint: "give the file that `vsphere-affinity import` wrote",
    });
  }
  const version = (await connection.runAndReadAll("SELECT max(version) FROM telemetry_format")).getRows()[0]?.[0];
  if (version !== FORMAT) {
    throw new AffinityError({
      code: "TELEMETRY_CORRUPT",
      message: `${path} has telemetry format ${String(version)}; this version reads format ${FORMAT}`,
      hint: "import the telemetry again, or use the version that wrote the file",
    });
  }
}

function notFound(path: string): AffinityError {
  return new AffinityError({
    code: "TELEMETRY_NOT_FOUND",
    message: `telemetry file ${path} does not exist`,
    hint: "check the path, or make the file with `vsphere-affinity import`",
  });
}

function locked(path: string, cause?: unknown): AffinityError {
  return new AffinityError({
    code: "TELEMETRY_LOCKED",
    message: `telemetry file ${path} is being written`,
    hint: "wait until the import has ended, or read a copy of the file",
    cause,
  });
}

function openFailure(path: string, error: unknown): AffinityError {
  const text = error instanceof Error ? error.message : String(error);
  if (/could not set lock|conflicting lock|different configuration|already attached/i.test(text)) {
    return locked(path, error);
  }
  if (/no such file|cannot open file|permission denied|is a directory/i.test(text)) {
    return new AffinityError({
      code: "TELEMETRY_NOT_FOUND",
      message: `telemetry file ${path} cannot be opened`,
      hint: "check the path and that its folder exists and may be read and written",
      cause: error,
    });
  }
  return corrupt(path, error);
}

/** For what DuckDB says of a file that it opened and could not read. */
export function corrupt(path: string, cause: unknown): AffinityError {
  return new AffinityError({
    code: "TELEMETRY_CORRUPT",
    message: `telemetry file ${path} cannot be read`,
    hint: "the file is damaged or is not a DuckDB file: import the telemetry again",
    cause,
  });
}
