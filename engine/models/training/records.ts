import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { z } from "zod";
import { AffinityError } from "../../errors";
import type { Host } from "../../snapshot/schema";
import { validate } from "../../validate";
import { type HostEvent, hostEventSchema } from "../failure";
import { type RequestRecord, requestRecordSchema } from "../profile";

type Row = Record<string, unknown>;

/** Fields that are instants: epoch seconds, or a time as ISO 8601. */
const INSTANTS = ["at", "until", "start", "end"];
const NAMES = ["host", "user", "application", "kind", "cause", "from", "to"];

/**
 * Host events of a file: CSV with a header, or a JSON object a line; packed by gzip or not. Hosts by id or name.
 * @throws AffinityError HOST_EVENTS_INVALID listing every bad row; RECORDS_UNREADABLE
 */
export async function readHostEvents(path: string, hosts: readonly Host[]): Promise<HostEvent[]> {
  const rows = await readRecords(path);
  const idOf = new Map(hosts.flatMap(({ id, name }) => [[name, id] as const, [id, id] as const]));
  const events = validate(z.array(hostEventSchema), rows, {
    code: "HOST_EVENTS_INVALID",
    subject: `the host events "${path}"`,
    hint: "each needs host, kind and at (epoch seconds or ISO 8601); until and cause where they are known",
  });
  return events
    .map((event) => ({ ...event, host: idOf.get(event.host) ?? event.host }))
    .sort((a, b) => a.at - b.at || (a.host < b.host ? -1 : a.host > b.host ? 1 : 0));
}

/**
 * Requests of a file, in either form.
 * @throws AffinityError REQUESTS_INVALID listing every bad row; RECORDS_UNREADABLE
 */
export async function readRequests(path: string): Promise<RequestRecord[]> {
  return validate(z.array(requestRecordSchema), await readRecords(path), {
    code: "REQUESTS_INVALID",
    subject: `the requests "${path}"`,
    hint: "each needs start (epoch seconds or ISO 8601), user and application",
  });
}

/**
 * Rows of a file, by its name: CSV with a header, or a JSON object a line.
 * @throws AffinityError RECORDS_UNREADABLE
 */
export async function readRecords(path: string): Promise<Row[]> {
  try {
    const rows = /\.csv(\.gz)?$/i.test(path) ? await csvRows(path) : await jsonRows(path);
    return rows.map(typed);
  } catch (cause) {
    throw new AffinityError({
      code: "RECORDS_UNREADABLE",
      message: `"${path}" can't be read`,
      hint: "give a CSV file with a header (.csv), or a file with a JSON object a line",
      cause,
    });
  }
}

async function csvRows(path: string): Promise<Row[]> {
  // DuckDB would say that no file matches a pattern.
  await access(path);
  const database = await DuckDBInstance.create(":memory:");
  const connection = await database.connect();
  try {
    const sql = "SELECT * FROM read_csv($1, header = true, all_varchar = true)";
    return (await connection.runAndReadAll(sql, [path])).getRowObjects();
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

async function jsonRows(path: string): Promise<Row[]> {
  const file = createReadStream(path);
  const rows: Row[] = [];
  const bytes = /\.gz$/i.test(path) ? file.pipe(createGunzip()) : file;
  // An error of the file does not reach what it is piped into.
  file.on("error", (error) => bytes.destroy(error));
  const lines = createInterface({ input: bytes, crlfDelay: Infinity });
  const failed = new Promise<never>((_, reject) => bytes.once("error", reject));
  const read = async () => {
    for await (const line of lines) if (line.trim() !== "") rows.push(JSON.parse(line) as Row);
  };
  await Promise.race([read(), failed]);
  return rows;
}

/** Texts of a table as what they mean; an empty cell says nothing. */
function typed(row: Row): Row {
  const entries = Object.entries(row).flatMap(([key, value]): [string, unknown][] => {
    if (value === "" || value === null) return [];
    if (typeof value !== "string" || NAMES.includes(key)) return [[key, value]];
    const number = Number(value);
    if (Number.isFinite(number)) return [[key, number]];
    const time = INSTANTS.includes(key) ? Date.parse(value) / 1000 : Number.NaN;
    return [[key, Number.isNaN(time) ? value : time]];
  });
  return Object.fromEntries(entries);
}
