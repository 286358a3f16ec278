import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
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
  CREATE TABLE telemetry_format (version INTEGER NOT NULL);
  CREATE TABLE series (
    id INTEGER PRIMARY KEY, measurement VARCHAR NOT NULL, vcenter VARCHAR NOT NULL, moid VARCHAR NOT NULL,
    tags VARCHAR NOT NULL -- JSON object with sorted keys
  );
  CREATE TABLE fields (id INTEGER PRIMARY KEY, measurement VARCHAR NOT NULL, name VARCHAR NOT NULL);
  CREATE TABLE samples (
    series INTEGER NOT NULL, field INTEGER NOT NULL, time TIMESTAMP NOT NULL, -- UTC
    value DOUBLE NOT NULL
  );
`;
/** Of these tables: a change to them, or to what their values mean, is another format. */
const FORMAT = 1;

/** DuckDB takes 80 % of the machine's memory by itself; a run has a gigabyte for everything. */
const LIMITS = { memory_limit: "512MB" };

/**
 * Files that this process writes, by their real path: the lock of a file is the process's, so it keeps no second writer
 * of the same process out, and two of them would give out the same ids.
 */
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
 * @throws AffinityError TELEMETRY_NOT_FOUND, TELEMETRY_LOCKED, TELEMETRY_CORRUPT or TELEMETRY_FORMAT
 */
export async function openStore(path: string, access: "read" | "write"): Promise<Store> {
  if (access === "read" && !existsSync(path)) throw notFound(path);
  const file = realPath(path);
  if (access === "write" && written.has(file)) throw locked(path);
  let instance: DuckDBInstance | undefined;
  let connection: DuckDBConnection | undefined;
  const close = () => {
    connection?.closeSync();
    instance?.closeSync();
    if (access === "write") written.delete(file);
  };
  try {
    if (access === "write") written.add(file);
    // One process has one handle on a file: a second open of the same file must come from the cache.
    instance = await DuckDBInstance.fromCache(file, {
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

/** Links are followed: one file has one handle in this process, whatever name it is opened by. */
function realPath(path: string): string {
  try {
    return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(resolve(path))), basename(path));
  } catch {
    return resolve(path); // opening it says what is wrong
  }
}

/** Makes the tables in a new file; somebody else's database is left as it is. */
async function create(connection: DuckDBConnection): Promise<void> {
  const tables = await connection.runAndReadAll("SELECT count(*)::INTEGER FROM duckdb_tables()");
  if (tables.getRows()[0][0] !== 0) return;
  await connection.run(`BEGIN; ${TABLES} INSERT INTO telemetry_format VALUES (${FORMAT}); COMMIT`);
}

async function checkFormat(connection: DuckDBConnection, path: string): Promise<void> {
  const found = await connection.runAndReadAll(
    "SELECT table_name FROM duckdb_tables() WHERE table_name IN ('telemetry_format', 'series', 'fields', 'samples')",
  );
  const tables = found.getRows().flat();
  const versions = tables.includes("telemetry_format")
    ? (await connection.runAndReadAll("SELECT version FROM telemetry_format")).getRows().flat()
    : [];
  if (versions.length === 1 && versions[0] !== FORMAT) throw otherFormat(path, Number(versions[0]));
  if (versions.length === 1 && tables.length === 4) return;
  throw new AffinityError({
    code: "TELEMETRY_CORRUPT",
    message: `${path} is a DuckDB file, but not one that holds telemetry`,
    hint: "give the file that `vsphere-affinity import` wrote",
  });
}

function otherFormat(path: string, version: number): AffinityError {
  return new AffinityError({
    code: "TELEMETRY_FORMAT",
    message: `${path} has telemetry format ${version}; this version reads and writes format ${FORMAT}`,
    hint:
      version > FORMAT
        ? "it was written by a newer version of this package: use that one"
        : "it was written by an older version of this package: import the telemetry again, into a new file",
  });
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
    hint: "wait until the import has ended, or read a copy of the file made before it",
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
  if (/version number/i.test(text)) {
    return new AffinityError({
      code: "TELEMETRY_FORMAT",
      message: `telemetry file ${path} was written by another version of DuckDB`,
      hint: "import the telemetry again, into a new file, or use the version of this package that wrote it",
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
