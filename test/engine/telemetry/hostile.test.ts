import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { AffinityError } from "../../../engine/errors";
import { type ColumnMapping, importTelemetry, openTelemetry, type SeriesQuery } from "../../../engine/telemetry";
import { LineSyntaxError, parseHead, parseLine } from "../../../engine/telemetry/import/line-protocol";
import { failsWith, readAll, scratchFolder, valuesOf } from "./support";

const T = 1_700_000_100;
const QUERY: SeriesQuery = {
  ...{ kind: "vm", vcenter: "lab", metrics: ["vmCpuMhz"] },
  grid: { start: T, step: 300, length: 4 },
};
const good = (moid: string, value: number) =>
  `vsphere_vm_cpu,cpu=instance-total,moid=${moid},vcenter=lab usagemhz_average=${value} ${T}`;
const row = (field: string, time = String(T), tags = ",cpu=instance-total,moid=vm-x,vcenter=lab") =>
  `vsphere_vm_cpu${tags} ${field}${time && ` ${time}`}`;

/** Lines that hold no sample, and why. */
const BAD_LINES: readonly (readonly [string, RegExp])[] = [
  [row("usagemhz_average=NaN"), /no field value/],
  [row("usagemhz_average=Infinity"), /no field value/],
  [row("usagemhz_average=-inf"), /no field value/],
  [row("usagemhz_average=1e400"), /no field value/],
  [row("usagemhz_average=0x10"), /no field value/],
  [row("usagemhz_average=1,000i"), /no field/],
  [row("usagemhz_average=9223372036854775808i"), /beyond what a double holds/],
  [row("usagemhz_average=-9223372036854775809i"), /beyond what a double holds/],
  [row(`usagemhz_average=${"9".repeat(5000)}i`), /beyond what a double holds/],
  [row("usagemhz_average="), /no field value/],
  [row("usagemhz_average"), /no field/],
  [row("=5"), /no field/],
  [row(""), /no field/],
  [row("usagemhz_average=5", ""), /no time stamp/],
  [row("usagemhz_average=5", "9".repeat(40)), /out of range/],
  [row("usagemhz_average=5", "-1"), /out of range/],
  [row("usagemhz_average=5", "0"), /out of range: is s the file's precision/],
  [row("usagemhz_average=5", `${T}000000000`), /out of range: is s the file's precision/],
  [row("usagemhz_average=5", `${T}.5`), /no time stamp/],
  [row("usagemhz_average=5", `${T} ${T}`), /no time stamp/],
  [row("usagemhz_average=5", String(T), ",moid=vm-x,moid=vm-y,vcenter=lab"), /moid stands there twice/],
  [row("usagemhz_average=5", String(T), ",moid=,vcenter=lab"), /has no value/],
  [row("usagemhz_average=5", String(T), ",moid"), /no tag/],
  [row("usagemhz_average=5", String(T), ",moid=vm\0x,vcenter=lab"), /not UTF-8/],
  [row('usagemhz_average=5,note="open'), /string without an end/],
  [row('usagemhz_average=5,note="shut"5'), /after a string/],
  [row("usagemhz_average=5\\"), /no field value/],
  ["\\", /no fields/],
  [",", /no fields/],
  ["\u0000\u0000\u0000", /not UTF-8/],
];

describe("hostile input", () => {
  const folder = scratchFolder();
  const target = () => join(folder(), "target.duckdb");
  const file = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(folder(), name), content);
    return join(folder(), name);
  };
  const read = async () => {
    const source = await openTelemetry({ duckdb: target() });
    try {
      return await readAll(source, QUERY);
    } finally {
      await source.close();
    }
  };

  describe("in line protocol", () => {
    const importFile = async (content: string | Uint8Array, name = "hostile.lp") =>
      importTelemetry({ lineProtocol: await file(name, content), precision: "s" }, target());

    it("is refused line by line, each named with its reason, beside what is good", async () => {
      const lines = BAD_LINES.flatMap(([line], i) => [line, good(`vm-${i}`, i)]);
      const report = await importFile(lines.join("\n"));
      assert.equal(report.badRows, BAD_LINES.length);
      assert.equal(report.samples, BAD_LINES.length);
      const all = await read();
      assert.equal(all.length, BAD_LINES.length);
      for (const [i] of BAD_LINES.entries()) assert.equal(valuesOf(all, `vm-${i}`, "vmCpuMhz")?.[0], i);
    });

    for (const [i, [line, reason]] of BAD_LINES.entries()) {
      it(`says why it refuses ${JSON.stringify(line.slice(0, 90))} (${i})`, async () => {
        const report = await importFile(`${line}\n${good("vm-1", 1)}\n`);
        assert.deepEqual([report.samples, report.badRows], [1, 1]);
        assert.equal(report.firstBadRows[0].place, "line 1");
        assert.match(report.firstBadRows[0].reason, reason);
        assert.ok(report.firstBadRows[0].reason.length < 200);
      });
    }

    it("gives a parser's error and no other, however a line is mangled", () => {
      const pieces = fc.constantFrom(
        ...[
          '"',
          "\\",
          ",",
          "=",
          " ",
          "\t",
          "\r",
          "i",
          "u",
          "-",
          ".",
          "e",
          "#",
          "\0",
          "é",
          "9".repeat(30),
          "NaN",
          "__proto__",
        ],
        ...["moid=vm-1", "vsphere_vm_cpu", "usagemhz_average=", "toString", "constructor=1i", ` ${T}`],
      );
      const edits = fc.array(fc.tuple(fc.nat(), fc.nat(12), pieces), { maxLength: 6 });
      fc.assert(
        fc.property(fc.constantFrom(good("vm-1", 5), row('a="b c",d=t,e=5i')), edits, (line, changes) => {
          const mangled = changes.reduce((text, [at, cut, piece]) => {
            const from = at % (text.length + 1);
            return text.slice(0, from) + piece + text.slice(from + cut);
          }, line);
          try {
            const parsed = parseLine(mangled);
            if (!parsed) return;
            for (const [, value] of parsed.fields) assert.ok(typeof value !== "number" || Number.isFinite(value));
            const { measurement, tags } = parseHead(parsed.head);
            assert.ok(measurement);
            for (const [name, value] of Object.entries(tags)) assert.ok(name && typeof value === "string");
          } catch (error) {
            if (!(error instanceof LineSyntaxError)) throw error;
          }
        }),
        { numRuns: 3000 },
      );
    });

    it("loses no good line among bytes of any kind, and takes nothing from them", async () => {
      const noise = fc.oneof(
        fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
        fc.constantFrom(...BAD_LINES.map(([line]) => Buffer.from(line))),
      );
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(noise, { maxLength: 12 }), async (all) => {
          // Noise that opens and shuts a string would rightly hide what is between; a line break makes more lines.
          const lines = all.map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 10 && byte !== 34)));
          const content = Buffer.concat(
            lines.flatMap((line, i) => [line, Buffer.from(`\n${good(`vm-${i}`, i + 1)}\n`)]),
          );
          const path = await file(`noise-${run}.lp`, content);
          const copy = join(folder(), `noise-${run++}.duckdb`);
          const report = await importTelemetry({ lineProtocol: path, precision: "s" }, copy);
          assert.equal(report.samples, lines.length);
          assert.ok(report.badRows <= lines.length);
        }),
        { numRuns: 25 },
      );
    });

    it("may hold strings over several lines, which belong to their row", async () => {
      const inside = `first\nvsphere_vm_cpu,cpu=instance-total,moid=vm-no,vcenter=lab usagemhz_average=9 ${T}\nlast`;
      const lines = [good("vm-1", 1), row(`note="${inside}",usagemhz_average=7`), good("vm-2", 2), "rubbish"];
      const report = await importFile(lines.join("\n"));
      assert.deepEqual([report.samples, report.textFields, report.badRows], [3, 1, 1]);
      assert.equal(report.firstBadRows[0].place, "line 6");
      const all = await read();
      assert.deepEqual(
        all.map(({ entity }) => entity),
        ["vm-1", "vm-2", "vm-x"],
      );
    });

    it("may leave a string open: what follows is read all the same", async () => {
      const many = Array.from({ length: 250 }, (_, i) => good(`vm-${i}`, i + 1));
      const report = await importFile([row('note="open'), ...many, row('note="again'), good("vm-last", 5)].join("\n"));
      assert.deepEqual([report.samples, report.badRows], [251, 2]);
      assert.deepEqual(
        report.firstBadRows.map(({ place }) => place),
        ["line 1", "line 252"],
      );
    });

    it("may have lines of any length, line ends of any kind and a byte order mark", async () => {
      const long = `vsphere_vm_cpu,moid=${"x".repeat(3_000_000)}`;
      const lines = [`\uFEFF${good("vm-1", 1)}\r`, long, good("vm-2", 2), `${long} usagemhz_average=1 ${T}`];
      const report = await importFile(lines.join("\n"));
      assert.deepEqual([report.samples, report.badRows], [2, 2]);
      assert.deepEqual(
        report.firstBadRows.map(({ place }) => place),
        ["line 2", "line 4"],
      );
      assert.match(report.firstBadRows[0].reason, /longer than/);
    });

    it("may be UTF-16, or not UTF-8: no name is guessed", async () => {
      const utf16 = await importFile(Buffer.from(`${good("vm-1", 1)}\n`, "utf16le"));
      assert.equal(utf16.samples, 0);
      assert.ok(utf16.badRows > 0);
      const latin = Buffer.from(good("vm-ü", 1), "latin1");
      assert.deepEqual((await importFile(latin)).firstBadRows, [{ place: "line 1", reason: "not UTF-8 text" }]);
    });

    it("may be empty, or packed wrongly", async () => {
      for (const nothing of ["", "\n\n", "# comment\n"]) {
        const report = await importFile(nothing);
        assert.deepEqual([report.samples, report.badRows], [0, 0]);
      }
      assert.equal((await importFile(gzipSync(""), "empty.lp.gz")).samples, 0);
      const unreadable = failsWith("TELEMETRY_IMPORT_UNREADABLE");
      await assert.rejects(importFile(good("vm-1", 1), "plain.lp.gz"), unreadable);
      await assert.rejects(importTelemetry({ lineProtocol: folder() }, target()), unreadable);
    });
  });

  describe("in a table", () => {
    const mapping: ColumnMapping = { time: "time", id: "vm", fields: { cpu: "vmCpuMhz" } };
    const importFile = async (name: string, content: string | Uint8Array, map = mapping) =>
      importTelemetry({ table: await file(name, content), mapping: map }, target(), { vcenter: "lab" });
    const parquet = async (select: string) => {
      const path = join(folder(), "hostile.parquet");
      const instance = await DuckDBInstance.create(":memory:");
      const connection = await instance.connect();
      await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
      connection.closeSync();
      instance.closeSync();
      return importTelemetry({ table: path, mapping }, target(), { vcenter: "lab" });
    };

    it("of CSV, is refused cell by cell", async () => {
      const cells = ["true", "1e999", "0x10", "1 000", '"1,5"', "12%", "1e", "--5", "inf", "-Infinity", "null"];
      const rows = cells.map((cell, i) => `${T},bad-${i},${cell}`);
      const report = await importFile("cells.csv", ["time,vm,cpu", ...rows, `${T},vm-1,5`].join("\n"));
      assert.equal(report.badRows, cells.length, JSON.stringify(report.firstBadRows));
      assert.deepEqual(
        (await read()).map(({ entity, values }) => [entity, values[0]]),
        [["vm-1", 5]],
      );
    });

    it("of CSV, takes the last of rows that contradict each other, in one file and over the next", async () => {
      const rows = (...values: number[]) => ["time,vm,cpu", ...values.map((value) => `${T},vm-1,${value}`)].join("\n");
      const first = await importFile("a.csv", rows(1, 2, 3));
      assert.deepEqual([first.samples, first.added, first.changed], [3, 1, 0]);
      const second = await importFile("b.csv", rows(4));
      assert.deepEqual([second.added, second.changed], [0, 1]);
      assert.deepEqual(valuesOf(await read(), "vm-1", "vmCpuMhz"), [4, NaN, NaN, NaN]);
    });

    it("of CSV, may mix units of time: each row is a time of its own or none", async () => {
      const times = [`${T}`, `${T}000`, "", "yesterday", "2023-13-01", "99999999999999999999", "nan", "-inf"];
      const rows = times.map((time, i) => `${time},vm-${i},5`);
      const report = await importFile("times.csv", ["time,vm,cpu", ...rows].join("\n"));
      assert.equal(report.badRows, times.length - 1, JSON.stringify(report.firstBadRows));
      assert.deepEqual(
        (await read()).map(({ entity }) => entity),
        ["vm-0"],
      );
    });

    it("of CSV, may have a header and nothing else, lack it, or be empty", async () => {
      const report = await importFile("header.csv", "time,vm,cpu\n");
      assert.deepEqual([report.samples, report.badRows], [0, 0]);
      for (const [name, content] of [
        ["headless.csv", `${T},vm-1,5\n${T},vm-2,5\n`],
        ["other.csv", "when;who;what\n1;2;3\n"],
      ]) {
        await assert.rejects(importFile(name, content), failsWith("TELEMETRY_MAPPING_INVALID"), name);
      }
      for (const content of ["", "\n\n"]) {
        await assert.rejects(importFile("empty.csv", content), isUserError);
      }
      await assert.rejects(importFile("cut.csv.gz", gzipSync("x".repeat(9999)).subarray(0, 30)), isUserError);
    });

    it("of CSV, never ends in anything but a report or an error of ours, whatever its bytes", async () => {
      let run = 0;
      const tokens = fc.constantFrom(
        ...[
          "time",
          "vm",
          "cpu",
          ",",
          ";",
          "\n",
          "\r\n",
          '"',
          '""',
          "\\",
          "\0",
          "\t",
          String(T),
          "5",
          "nan",
          " ",
          "é",
          "#",
        ],
      );
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 80 }).map((each) => Buffer.from(each)),
        fc.array(tokens, { maxLength: 40 }).map((each) => Buffer.from(each.join(""))),
      );
      await fc.assert(
        fc.asyncProperty(fc.boolean(), bytes, async (headed, content) => {
          const table = await file(
            `any-${run}.csv`,
            Buffer.concat([Buffer.from(headed ? "time,vm,cpu\n" : ""), content]),
          );
          try {
            const copy = join(folder(), `any-${run++}.duckdb`);
            const report = await importTelemetry({ table, mapping }, copy, { vcenter: "lab" });
            assert.ok(report.samples >= 0);
          } catch (error) {
            if (!isUserError(error)) throw error;
          }
        }),
        { numRuns: 40 },
      );
    });

    for (const [what, select, place] of [
      [
        "a list of numbers",
        `SELECT ${T} AS time, 'a' AS vm, [1.0, 2.0] AS cpu`,
        /fields\.cpu: column cpu is DOUBLE|fields\.cpu: column cpu is DECIMAL/,
      ],
      [
        "a structure",
        `SELECT ${T} AS time, 'a' AS vm, {'x': 1} AS cpu`,
        /fields\.cpu: column cpu is STRUCT.*not a number/,
      ],
      ["a map for a name", `SELECT ${T} AS time, MAP {'a': 1} AS vm, 1 AS cpu`, /id: column vm is MAP.*not a name/],
      ["a boolean", `SELECT ${T} AS time, 'a' AS vm, true AS cpu`, /fields\.cpu: column cpu is BOOLEAN/],
      ["a time for a number", `SELECT ${T} AS time, 'a' AS vm, TIMESTAMP '2024-01-01' AS cpu`, /cpu is TIMESTAMP/],
      ["a time of day", `SELECT TIME '10:00' AS time, 'a' AS vm, 1 AS cpu`, /time: column time is TIME, not a time/],
      ["bytes", `SELECT ${T} AS time, 'a' AS vm, 'x'::BLOB AS cpu`, /cpu is BLOB/],
    ] as const) {
      it(`of Parquet, is refused by its type: ${what}`, async () => {
        await assert.rejects(parquet(select), (error: AffinityError) => {
          assert.ok(failsWith("TELEMETRY_MAPPING_INVALID")(error));
          assert.match(error.describe(), place);
          return true;
        });
      });
    }

    it("of Parquet, may hold NaN, infinity and nothing: no value becomes a zero", async () => {
      const report = await parquet(`
        SELECT ${T} + 300 * i AS time, 'vm-1' AS vm, v AS cpu
        FROM (VALUES (0, 'NaN'::DOUBLE), (1, 'Infinity'::DOUBLE), (2, NULL), (3, 0.0)) t(i, v)`);
      assert.deepEqual([report.samples, report.badRows], [1, 1]);
      assert.deepEqual(valuesOf(await read(), "vm-1", "vmCpuMhz"), [NaN, NaN, NaN, 0]);
    });
  });
});

function isUserError(error: unknown): boolean {
  if (!(error instanceof AffinityError)) throw error;
  assert.doesNotMatch(error.describe(), /\n\s+at /);
  return Boolean(error.hint);
}
