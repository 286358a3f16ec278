import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { LineSyntaxError, parseHead, parseLine } from "../../../engine/telemetry/import/line-protocol";
import { TELEGRAF_FIXTURE } from "./support";

// A backslash before a character that needs no escape, or at a name's end, has no one reading: servers differ.
const name = fc.string({ unit: fc.constantFrom(..."ab1_-*.'\"/ü, ="), minLength: 1, maxLength: 8 });
const escapeTag = (text: string) => text.replace(/[,= ]/g, "\\$&");
const escapeMeasurement = (text: string) => text.replace(/[, ]/g, "\\$&");
const value = fc.oneof(
  fc.maxSafeInteger().map((n) => ({ text: `${n}i`, value: n })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => ({ text: String(n), value: n === 0 ? 0 : n })),
  fc.boolean().map((b) => ({ text: b ? "true" : "f", value: b })),
  fc
    .string({ unit: fc.constantFrom(...'ab"\\, ='), maxLength: 8 })
    .map((s) => ({ text: `"${s.replace(/["\\]/g, "\\$&")}"`, value: s })),
);

describe("line protocol", () => {
  it("reads back whatever is written in it", () => {
    fc.assert(
      fc.property(
        name.filter((text) => !text.startsWith("#")),
        fc.dictionary(name, name, { noNullPrototype: true }),
        fc.uniqueArray(fc.tuple(name, value), { minLength: 1, maxLength: 4, selector: ([key]) => key }),
        fc.option(fc.maxSafeInteger(), { nil: undefined }),
        (measurement, tags, fields, time) => {
          const tagText = Object.entries(tags).map(([key, each]) => `,${escapeTag(key)}=${escapeTag(each)}`);
          const fieldText = fields.map(([key, each]) => `${escapeTag(key)}=${each.text}`).join(",");
          const head = `${escapeMeasurement(measurement)}${tagText.join("")}`;
          const line = parseLine(`${head} ${fieldText}${time === undefined ? "" : ` ${time}`}`);
          assert.deepEqual(parseHead(line!.head), { measurement, tags });
          assert.deepEqual(
            line!.fields,
            fields.map(([key, each]) => [key, each.value]),
          );
          assert.equal(line!.timestamp, time === undefined ? undefined : String(time));
        },
      ),
    );
  });

  it("reads Telegraf's output", async () => {
    const lines = (await readFile(TELEGRAF_FIXTURE, "utf8")).trimEnd().split("\n");
    for (const text of lines) {
      const line = parseLine(text)!;
      const { measurement, tags } = parseHead(line.head);
      assert.match(measurement, /^vsphere_(vm|host)_/);
      assert.ok(tags.vcenter && tags.moid);
      assert.equal(line.timestamp?.length, 19);
      assert.ok(line.fields.length > 0);
    }
  });

  it("passes over empty lines and comments", () => {
    for (const text of ["", "  ", "# a comment", "\t"]) assert.equal(parseLine(text), null);
  });

  for (const [text, fault] of [
    ["m", /no fields/],
    ["m,a=b", /no fields/],
    ["m f", /no field/],
    ["m =1", /no field/],
    ["m f=", /no field value/],
    ["m f=1x", /no field value/],
    ["m f=nan", /no field value/],
    ["m f=1e999", /no field value/],
    ["m f=9007199254740993i", /beyond/],
    ['m f="open', /without an end/],
    ['m f="a"b', /after a string/],
    ["m f=1 yesterday", /no time stamp/],
    ["m f=1 1 2", /no time stamp/],
  ] as const) {
    it(`refuses ${text}`, () => {
      assert.throws(
        () => parseLine(text),
        (error) => error instanceof LineSyntaxError && fault.test(error.message),
      );
    });
  }

  for (const head of ["m,", "m,a", "m,a=", "m,=b", ",a=b", "m,a=b,"]) {
    it(`refuses the series ${head}`, () => assert.throws(() => parseHead(head), LineSyntaxError));
  }
});
