import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { openTelemetry, openWriter, type SeriesQuery, type SeriesToWrite } from "../../../engine/telemetry";
import type { AffinityError } from "../../../engine/errors";
import { type Interrupted, INTERRUPTED_SAMPLES, interruptedSeries } from "./interrupted";
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

  it("lets no second writer in by another name", async () => {
    const writer = await openWriter(path());
    await symlink(folder(), join(folder(), "link"));
    await symlink(path(), join(folder(), "other.duckdb"));
    for (const name of ["link/telemetry.duckdb", "other.duckdb", "link/../telemetry.duckdb"]) {
      await assert.rejects(openWriter(join(folder(), name)), failsWith("TELEMETRY_LOCKED"), name);
      await assert.rejects(openTelemetry({ duckdb: join(folder(), name) }), failsWith("TELEMETRY_LOCKED"), name);
    }
    await writer.append(series([1]));
    await writer.close();
    const second = await openWriter(join(folder(), "other.duckdb"));
    await second.append(series([1, 2]));
    await second.close();
    assert.deepEqual([second.added, second.changed], [1, 0]);
    assert.deepEqual(valuesOf(await read(), "vm-1", "vmCpuMhz"), [1, 2, NaN, NaN]);
  });

  for (const [version, hint] of [
    [0, /older version/],
    [99, /newer version/],
  ] as const) {
    it(`neither reads nor writes a file of format ${version}`, async () => {
      await write(series([1]));
      await withDatabase(path(), `UPDATE telemetry_format SET version = ${version}; DROP TABLE samples`);
      for (const open of [() => openTelemetry({ duckdb: path() }), () => openWriter(path())]) {
        await assert.rejects(open(), (error: AffinityError) => {
          assert.ok(failsWith("TELEMETRY_FORMAT")(error));
          assert.match(error.message, new RegExp(`has telemetry format ${version};`));
          assert.match(error.hint!, hint);
          return true;
        });
      }
    });
  }

  it("leaves somebody else's database as it is", async () => {
    await withDatabase(path(), "CREATE TABLE journal (a INTEGER)");
    await assert.rejects(openWriter(path()), failsWith("TELEMETRY_CORRUPT"));
    assert.deepEqual(await withDatabase(path(), "SELECT table_name FROM duckdb_tables()"), [["journal"]]);
  });

  it("says so when the file is cut short, wherever", async () => {
    await write(...Array.from({ length: 40 }, (_, i) => series(new Array<number>(500).fill(i), { entity: `vm-${i}` })));
    const bytes = await readFile(path());
    for (const length of [0, 10, 4096, 8192, 12288, 20_000]) {
      await writeFile(path(), bytes.subarray(0, length));
      await assert.rejects(openTelemetry({ duckdb: path() }), failsWith("TELEMETRY_CORRUPT"), `${length} bytes`);
      await assert.rejects(openWriter(path()), failsWith("TELEMETRY_CORRUPT"), `${length} bytes`);
    }
  });

  it("is read where nothing may be written, and says so when it may not be read", async () => {
    await write(series([1]));
    await chmod(path(), 0o444);
    await chmod(folder(), 0o555);
    await asNobody(async () => {
      assert.equal((await read()).length, 1);
      await assert.rejects(openWriter(path()), failsWith("TELEMETRY_NOT_FOUND"));
      await assert.rejects(openWriter(join(folder(), "new.duckdb")), failsWith("TELEMETRY_NOT_FOUND"));
    });
    await chmod(path(), 0);
    await asNobody(() => assert.rejects(openTelemetry({ duckdb: path() }), failsWith("TELEMETRY_NOT_FOUND")));
    await chmod(folder(), 0o755);
  });

  for (const [batch, after] of [
    [2048, 0],
    [2048, 7],
    [20_000, 30],
    [10_000_000, 20],
  ] as const) {
    it(`killed after ${after} series, merged by ${batch} rows, holds what was merged, and the next run completes it`, async () => {
      const merged = await killedWriting({ path: path(), batch }, after);
      assert.equal(merged > 0, batch < 1e6, "merged before it was killed");
      const all = interruptedSeries();
      const total = all.length * INTERRUPTED_SAMPLES;
      const rows = "SELECT count(*)::INTEGER, count(DISTINCT (series, field, time))::INTEGER FROM samples";
      const [[before, different]] = (await withDatabase(path(), rows)) as [[number, number]];
      assert.ok(before >= merged && before < total, `${before}`);
      assert.equal(before, different);

      const writer = await write(...all);
      assert.deepEqual([writer.added, writer.changed], [total - before, 0]);
      assert.deepEqual(await withDatabase(path(), rows), [[total, total]]);
      const sum = (await withDatabase(path(), "SELECT sum(value) FROM samples"))[0][0];
      assert.equal(sum, (total * (total - 1)) / 2);
    });
  }

  it("tells a missing, a damaged and a foreign file apart", async () => {
    await assert.rejects(openTelemetry({ duckdb: path() }), failsWith("TELEMETRY_NOT_FOUND"));
    await assert.rejects(openWriter(join(folder(), "no", "such.duckdb")), failsWith("TELEMETRY_NOT_FOUND"));
    await mkdir(join(folder(), "folder"));
    await assert.rejects(openTelemetry({ duckdb: join(folder(), "folder") }), failsWith("TELEMETRY_NOT_FOUND"));

    await writeFile(path(), "this is no database ".repeat(1000));
    await assert.rejects(openTelemetry({ duckdb: path() }), failsWith("TELEMETRY_CORRUPT"));
    await assert.rejects(openWriter(path()), failsWith("TELEMETRY_CORRUPT"));

    const foreign = join(folder(), "foreign.duckdb");
    await withDatabase(foreign, "CREATE TABLE samples (a INTEGER)");
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

/** Starts writing in another process, kills it after so many series, and gives the rows that it had merged by then. */
async function killedWriting(what: Interrupted, after: number): Promise<number> {
  const child = fork(join(__dirname, "write-in-child.js"), [JSON.stringify(what)]);
  const ended = once(child, "exit");
  let [written, merged] = [0, 0];
  child.on("message", (added: number) => {
    merged = added;
    if (++written > after) child.kill("SIGKILL");
  });
  assert.deepEqual(await ended, [null, "SIGKILL"]);
  return merged;
}

async function withDatabase(path: string, statements: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(statements)).getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** An administrator may read and write everything: then the work is done as somebody who may not. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  if (process.geteuid!() !== 0) return work();
  process.seteuid!(65_534);
  try {
    await work();
  } finally {
    process.seteuid!(0);
  }
}

/** The code of the error that opening the file ends in, or "open". */
async function inAnotherProcess(access: "read" | "write", path: string): Promise<string> {
  const child = fork(join(__dirname, "open-in-child.js"), [access, path]);
  const [[message]] = (await Promise.all([once(child, "message"), once(child, "exit")])) as [[string], unknown];
  return message;
}
