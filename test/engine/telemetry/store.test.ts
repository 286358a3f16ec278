import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { openTelemetry, openWriter, type SeriesQuery, type SeriesToWrite } from "../../../engine/telemetry";
import { failsWith, readAll, scratchFolder, valuesOf } from "./support";

const QUERY: SeriesQuery = {
  kind: "vm",
  vcenter: "vc",
  metrics: ["vmCpuMhz", "vmMemoryActiveMb"],
  grid: { start: 0, step: 60, length: 4 },
};
const series = (values: number[], more: Partial<SeriesToWrite> = {}): SeriesToWrite => ({
  ...{ metric: "vmCpuMhz", vcenter: "vc", entity: "vm-1", name: "web", start: 0, step: 60 },
  ...more,
  values: Float64Array.from(values),
});

describe("telemetry in a DuckDB file", () => {
  const folder = scratchFolder();
  const path = () => join(folder(), "telemetry.duckdb");
  const write = async (...all: SeriesToWrite[]) => {
    const writer = await openWriter(path());
    for (const each of all) await writer.append(each);
    await writer.close();
    return writer;
  };
  const read = async (query: SeriesQuery = QUERY) => {
    const source = await openTelemetry({ duckdb: path() });
    try {
      return await readAll(source, query);
    } finally {
      await source.close();
    }
  };

  it("gives back what was written, in the metric's unit, without the samples that were not taken", async () => {
    await write(series([1, NaN, 3.25]), series([512.5], { metric: "vmMemoryActiveMb", start: 180 }));
    const all = await read();
    assert.deepEqual(valuesOf(all, "vm-1", "vmCpuMhz"), [1, NaN, 3.25, NaN]);
    assert.deepEqual(valuesOf(all, "vm-1", "vmMemoryActiveMb"), [NaN, NaN, NaN, 512.5]);
  });

  it("never doubles a row: the last value stays, within a run and across runs", async () => {
    const first = await write(series([1, 2]), series([5, NaN]));
    assert.deepEqual([first.rows, first.added, first.changed], [3, 2, 0]);
    const second = await write(series([5, 7, 8]));
    assert.deepEqual([second.rows, second.added, second.changed], [3, 1, 1]);
    assert.deepEqual(valuesOf(await read(), "vm-1", "vmCpuMhz"), [5, 7, 8, NaN]);
    assert.deepEqual(
      valuesOf(await read({ ...QUERY, grid: { start: 0, step: 240, length: 1 } }), "vm-1", "vmCpuMhz"),
      [6.667],
    );
  });

  it("keeps nothing of what was not merged when it is discarded", async () => {
    await write(series([1]));
    const writer = await openWriter(path());
    await writer.append(series([9, 9, 9]));
    writer.discard();
    assert.deepEqual(valuesOf(await read(), "vm-1", "vmCpuMhz"), [1, NaN, NaN, NaN]);
  });

  it("refuses a sample that is no number", async () => {
    const writer = await openWriter(path());
    await assert.rejects(writer.append(series([Infinity])), RangeError);
    await assert.rejects(writer.append(series([1], { start: 0.123_456_789e13 })), RangeError);
    writer.discard();
  });

  it("streams entities in the order of their numbers, and only those asked for", async () => {
    await write(...["vm-10", "vm-9", "vm-1", "vm-100"].map((entity) => series([1], { entity })));
    assert.deepEqual(
      (await read()).map(({ entity }) => entity),
      ["vm-1", "vm-9", "vm-10", "vm-100"],
    );
    const some = await read({ ...QUERY, entities: ["vm-9", "vm-7"] });
    assert.deepEqual(
      some.map(({ entity }) => entity),
      ["vm-9"],
    );
  });

  it("may be opened several times by one process, and closed in any order", async () => {
    await write(series([1]));
    const [a, b] = [await openTelemetry({ duckdb: path() }), await openTelemetry({ duckdb: path() })];
    const both = await Promise.all([readAll(a, QUERY), readAll(b, QUERY), readAll(a, QUERY)]);
    assert.deepEqual(
      both.map((all) => all.length),
      [1, 1, 1],
    );
    await a.close();
    assert.equal((await readAll(b, QUERY)).length, 1);
    await b.close();
  });

  it("may be read by several processes, and is locked while one writes", async () => {
    await write(series([1]));
    const source = await openTelemetry({ duckdb: path() });
    assert.equal(await inAnotherProcess("read", path()), "open");
    await source.close();

    const writer = await openWriter(path());
    assert.equal(await inAnotherProcess("read", path()), "TELEMETRY_LOCKED");
    assert.equal(await inAnotherProcess("write", path()), "TELEMETRY_LOCKED");
    await assert.rejects(openTelemetry({ duckdb: path() }), failsWith("TELEMETRY_LOCKED"));
    await assert.rejects(openWriter(path()), failsWith("TELEMETRY_LOCKED"));
    writer.discard();
    assert.equal((await read()).length, 1);
  });

  it("tells a missing, a damaged and a foreign file apart", async () => {
    await assert.rejects(openTelemetry({ duckdb: path() }), failsWith("TELEMETRY_NOT_FOUND"));
    await assert.rejects(openWriter(join(folder(), "no", "such.duckdb")), failsWith("TELEMETRY_NOT_FOUND"));
    await mkdir(join(folder(), "folder"));
    await assert.rejects(openTelemetry({ duckdb: join(folder(), "folder") }), failsWith("TELEMETRY_NOT_FOUND"));

    await writeFile(path(), "this is no database ".repeat(1000));
    await assert.rejects(openTelemetry({ duckdb: path() }), failsWith("TELEMETRY_CORRUPT"));
    await assert.rejects(openWriter(path()), failsWith("TELEMETRY_CORRUPT"));

    const foreign = join(folder(), "foreign.duckdb");
    const instance = await DuckDBInstance.create(foreign);
    const connection = await instance.connect();
    await connection.run("CREATE TABLE samples (a INTEGER)");
    connection.closeSync();
    instance.closeSync();
    await assert.rejects(openTelemetry({ duckdb: foreign }), failsWith("TELEMETRY_CORRUPT"));
  });

  it("says so when a part of the file is damaged", async () => {
    await write(...Array.from({ length: 40 }, (_, i) => series(new Array<number>(500).fill(i), { entity: `vm-${i}` })));
    const bytes = await readFile(path());
    bytes.fill(0x5a, 3 * 4096 + 100); // past the headers: every block of data
    await writeFile(path(), bytes);
    await assert.rejects(read(), failsWith("TELEMETRY_CORRUPT"));
  });
});

/** The code of the error that opening the file ends in, or "open". */
async function inAnotherProcess(access: "read" | "write", path: string): Promise<string> {
  const child = fork(join(__dirname, "open-in-child.js"), [access, path]);
  const [[message]] = (await Promise.all([once(child, "message"), once(child, "exit")])) as [[string], unknown];
  return message;
}
