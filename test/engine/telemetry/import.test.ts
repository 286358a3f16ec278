import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import {
  importTelemetry,
  openTelemetry,
  type ColumnMapping,
  type ImportOptions,
  type ImportReport,
  type SeriesQuery,
} from "../../../engine/telemetry";
import {
  bytesOf,
  failsWith,
  FIXTURE_GRID,
  FIXTURE_VCENTER,
  readAll,
  scratchFolder,
  TELEGRAF_FIXTURE,
  valuesOf,
} from "./support";

const FIXTURE_QUERY: SeriesQuery = {
  kind: "vm",
  vcenter: FIXTURE_VCENTER,
  metrics: ["vmCpuMhz", "vmMemoryActiveMb", "vmDiskKbps"],
  grid: FIXTURE_GRID,
};
const TABLE_QUERY: SeriesQuery = {
  kind: "vm",
  vcenter: "lab",
  metrics: ["vmCpuMhz", "vmMemoryActiveMb"],
  grid: { start: 1_700_000_100, step: 300, length: 4 },
};
const T = TABLE_QUERY.grid.start;

describe("telemetry import", () => {
  const folder = scratchFolder();
  const target = () => join(folder(), "target.duckdb");
  const file = async (name: string, content: string | Buffer) => {
    await writeFile(join(folder(), name), content);
    return join(folder(), name);
  };
  const read = async (query: SeriesQuery) => {
    const source = await openTelemetry({ duckdb: target() });
    try {
      return await readAll(source, query);
    } finally {
      await source.close();
    }
  };

  describe("of line protocol", () => {
    it("takes the metrics, counts what it leaves out, and changes nothing the second time", async () => {
      const first = await importTelemetry({ lineProtocol: TELEGRAF_FIXTURE }, target());
      assert.equal(first.samples, first.added);
      assert.ok(first.textFields > 0 && first.outOfScope > first.samples);
      assert.equal(first.badRows, 0);
      const before = bytesOf(await read(FIXTURE_QUERY));
      assert.notEqual(before, "");

      const second = await importTelemetry({ lineProtocol: TELEGRAF_FIXTURE }, target());
      assert.deepEqual(second, { ...first, added: 0 });
      assert.equal(bytesOf(await read(FIXTURE_QUERY)), before);
    });

    it("takes every number of every vsphere measurement when asked", async () => {
      const report = await importTelemetry({ lineProtocol: TELEGRAF_FIXTURE }, target(), { scope: "all" });
      const numbers = (await readFile(TELEGRAF_FIXTURE, "utf8")).match(/[, ]\w+=-?[\d.]+i?(?=[, ])/g)!;
      const fields = numbers.filter((text) => !/^,(cpu|disk|interface|moid|vcenter)=/.test(text));
      assert.equal(report.samples, fields.length);
      assert.equal(report.outOfScope, 0);
    });

    it("unpacks .gz and takes only the vCenter that is asked for", async () => {
      const packed = await file("lines.lp.gz", gzipSync(await readFile(TELEGRAF_FIXTURE)));
      const nothing = await importTelemetry({ lineProtocol: packed }, target(), { vcenter: "other" });
      assert.equal(nothing.samples, 0);
      const some = await importTelemetry({ lineProtocol: packed }, target(), { vcenter: FIXTURE_VCENTER });
      assert.ok(some.added > 0);
      await assert.rejects(
        importTelemetry(
          { lineProtocol: await file("cut.lp.gz", gzipSync("x".repeat(9999)).subarray(0, 30)) },
          target(),
        ),
        failsWith("TELEMETRY_IMPORT_UNREADABLE"),
      );
    });

    it("names bad lines and takes the good ones", async () => {
      const good = `vsphere_vm_cpu,vcenter=lab,moid=vm-1,cpu=instance-total usagemhz_average=5i ${T}`;
      const lines = [good, "", "# comment", `${good}x`, "vsphere_vm_cpu,vcenter= f=1 1", "rubbish", good.slice(0, -11)];
      const path = await file("bad.lp", lines.join("\n"));
      const report = await importTelemetry({ lineProtocol: path, precision: "s" }, target());
      assert.equal(report.samples, 1);
      assert.equal(report.badRows, 4);
      assert.deepEqual(
        report.firstBadRows.map(({ place }) => place),
        ["line 4", "line 5", "line 6", "line 7"],
      );
      assert.match(report.firstBadRows[3].reason, /no time stamp/);
      assert.deepEqual(valuesOf(await read(TABLE_QUERY), "vm-1", "vmCpuMhz"), [5, NaN, NaN, NaN]);
    });

    it("broken off, keeps what it had and is completed by the next run", async () => {
      const line = (i: number) =>
        `vsphere_vm_cpu,vcenter=lab,moid=vm-${i % 50},cpu=instance-total usagemhz_average=${i} ${T + Math.floor(i / 50)}`;
      const path = await file("long.lp", Array.from({ length: 5000 }, (_, i) => line(i)).join("\n"));
      const stop = new AbortController();
      const source = { lineProtocol: path, precision: "s" as const };
      const options: ImportOptions = { signal: stop.signal, onProgress: () => stop.abort(new Error("enough")) };
      await assert.rejects(importTelemetry(source, target(), options), /enough/);
      const report = await importTelemetry(source, target());
      assert.equal(report.samples, 5000);
      assert.ok(report.added > 0 && report.added < 5000, `${report.added} were new`);
      assert.equal((await importTelemetry(source, target())).added, 0);
    });

    it("says when the file is not there", async () => {
      await assert.rejects(
        importTelemetry({ lineProtocol: join(folder(), "none.lp") }, target()),
        failsWith("TELEMETRY_IMPORT_UNREADABLE"),
      );
    });
  });

  describe("of a table", () => {
    const mapping: ColumnMapping = {
      time: "time",
      id: "vm",
      fields: { cpu: "vsphere_vm_cpu.usagemhz_average", memory: "vmMemoryActiveMb" },
      scale: { cpu: 24 },
    };
    const table = (path: string, options: ImportOptions = { vcenter: "lab" }, map = mapping): Promise<ImportReport> =>
      importTelemetry({ table: path, mapping: map }, target(), options);

    it("reads CSV with a scale and a metric's own unit, and changes nothing the second time", async () => {
      const rows = ["time,vm,cpu,memory", `${T},a,10,512.5`, `${T + 300},a,,nan`, `${T + 600},"b ""x""",2.5,1`];
      const path = await file("good.csv", rows.join("\n"));
      const first = await table(path);
      assert.deepEqual([first.samples, first.added, first.badRows], [4, 4, 0]);
      assert.equal((await table(path)).added, 0);
      const all = await read(TABLE_QUERY);
      assert.deepEqual(valuesOf(all, "a", "vmCpuMhz"), [240, NaN, NaN, NaN]);
      assert.deepEqual(valuesOf(all, "a", "vmMemoryActiveMb"), [512.5, NaN, NaN, NaN]);
      assert.deepEqual(valuesOf(all, 'b "x"', "vmCpuMhz"), [NaN, NaN, 60, NaN]);
    });

    it("reads times as numbers of each unit and as text, with and without a zone", async () => {
      const iso = new Date((T + 300) * 1000).toISOString();
      const zoned = new Date((T + 600 + 7200) * 1000).toISOString().replace("Z", "+02:00");
      const bare = new Date((T + 900) * 1000).toISOString().replace("T", " ").slice(0, 19);
      const rows = ["time,vm,cpu,memory", ...[T, iso, zoned, bare].map((time) => `${time},a,1,1`)];
      assert.equal((await table(await file("times.csv", rows.join("\n")))).badRows, 0);
      assert.deepEqual(valuesOf(await read(TABLE_QUERY), "a", "vmCpuMhz"), [24, 24, 24, 24]);
      const millis = await file("millis.csv", `time,vm,cpu,memory\n${T}000,ms,1,1`);
      await table(millis, { vcenter: "lab" }, { ...mapping, timeUnit: "ms" });
      assert.deepEqual(valuesOf(await read(TABLE_QUERY), "ms", "vmCpuMhz"), [24, NaN, NaN, NaN]);
    });

    it("names the line of each bad row, past lines of the wrong shape, and takes the good ones", async () => {
      const rows = [
        ...["time,vm,cpu,memory", `${T},a,1,1`, `${T + 300},a,much,1`, `soon,a,1,1`, `${T},,1,1`, `${T},a`],
        ...[`${T + 600},a,inf,2`, `${T + 900},a,4,4`],
      ];
      const report = await table(await file("bad.csv", rows.join("\n")));
      assert.equal(report.badRows, 5);
      const places = report.firstBadRows.map(({ place }) => place).sort();
      assert.deepEqual(places, ["line 3", "line 4", "line 5", "line 6", "line 7"]);
      const reasons = report.firstBadRows.map(({ reason }) => reason).join("\n");
      assert.match(reasons, /cpu "much" is no number/);
      assert.match(reasons, /"soon" is no time/);
      assert.match(reasons, /no id/);
      const all = await read(TABLE_QUERY);
      assert.deepEqual(valuesOf(all, "a", "vmCpuMhz"), [24, NaN, NaN, 96]);
      assert.deepEqual(valuesOf(all, "a", "vmMemoryActiveMb"), [1, 1, 2, 4]);
    });

    it("reads Parquet with time stamps", async () => {
      const path = join(folder(), "it's [a] trace.parquet");
      const instance = await DuckDBInstance.create(":memory:");
      const connection = await instance.connect();
      await connection.run(`
        COPY (SELECT 'x' || (i % 2) AS vm, epoch_ms((${T} + 300 * (i // 2)) * 1000) AS time, i::DOUBLE AS cpu,
                     CASE WHEN i = 3 THEN NULL ELSE 2048::BIGINT END AS memory FROM range(8) r(i))
        TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
      connection.closeSync();
      instance.closeSync();
      const report = await table(path);
      assert.deepEqual([report.samples, report.badRows], [15, 0]);
      const all = await read(TABLE_QUERY);
      assert.deepEqual(valuesOf(all, "x1", "vmCpuMhz"), [24, 72, 120, 168]);
      assert.deepEqual(valuesOf(all, "x1", "vmMemoryActiveMb"), [2048, NaN, 2048, 2048]);
    });

    it("lists all that is wrong with a mapping", async () => {
      const path = await file("good.csv", `time,vm,cpu\n${T},a,1`);
      const check = (problems: number) => (error: unknown) =>
        failsWith("TELEMETRY_MAPPING_INVALID")(error) &&
        (error as { problems: unknown[] }).problems.length === problems;
      const wrong = { ...mapping, fields: { cpu: "nonsense", memory: "vmNothing" }, scale: { cpu: 0 } };
      await assert.rejects(table(path, { vcenter: "lab" }, wrong), check(3));
      await assert.rejects(table(path, { vcenter: "lab" }, { ...mapping, id: "who", scale: { ram: 2 } }), check(3));
      await assert.rejects(table(path, {}), failsWith("TELEMETRY_IMPORT_INVALID"));
    });

    it("says when a file is not there or is not what its name says", async () => {
      await assert.rejects(table(join(folder(), "none.csv")), failsWith("TELEMETRY_IMPORT_UNREADABLE"));
      const rubbish = await file("rubbish.parquet", "rubbish ".repeat(100));
      await assert.rejects(table(rubbish), failsWith("TELEMETRY_IMPORT_UNREADABLE"));
    });
  });
});
