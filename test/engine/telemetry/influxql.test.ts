import assert from "node:assert/strict";
import fc from "fast-check";
import {
  edgeQuery,
  entitiesQuery,
  meansQuery,
  quoteIdentifier,
  samplesQuery,
} from "../../../engine/telemetry/influxql";

const nasty = fc.string({
  unit: fc.constantFrom(..."'\"\\\n\r\t$;/|.*()[]{}=~,` ü-", "vm-1", " OR ", "--", "\0"),
  maxLength: 12,
});

/** As InfluxQL's scanner reads a quoted identifier (ScanString in influxql/scanner.go). */
function scanIdentifier(text: string): { name: string; rest: string } {
  assert.equal(text[0], '"');
  let name = "";
  for (let i = 1; i < text.length; i++) {
    if (text[i] === '"') return { name, rest: text.slice(i + 1) };
    assert.notEqual(text[i], "\n", "a line break ends the scan");
    if (text[i] !== "\\") {
      name += text[i];
      continue;
    }
    const escaped = { n: "\n", "\\": "\\", '"': '"', "'": "'" }[text[++i]];
    assert.notEqual(escaped, undefined, "an unknown escape ends the scan");
    name += escaped;
  }
  return assert.fail("no closing quote");
}

describe("InfluxQL queries", () => {
  it("keep every name of the inventory out of their text", () => {
    fc.assert(
      fc.property(nasty, fc.array(nasty, { minLength: 1, maxLength: 5 }), (vcenter, entities) => {
        const plain = entities.map((_, i) => `vm-${i}`);
        const window = { measurement: "vsphere_vm_cpu", instanceTags: ["cpu"], from: 0, to: 3600 };
        const build = (asked: string, names: readonly string[]) => [
          meansQuery({ ...window, vcenter: asked, entities: names }, ["usagemhz_average"], 60),
          edgeQuery({ ...window, vcenter: asked, entities: names }, "usagemhz_average", "first"),
          entitiesQuery(["vsphere_vm_cpu"], asked),
          samplesQuery({ ...window, vcenter: asked, entities: names }, ["usagemhz_average"]),
        ];
        const queries = build(vcenter, entities);
        const expected = build("vc", plain);
        assert.deepEqual(
          queries.map(({ text }) => text),
          expected.map(({ text }) => text),
        );
        for (const { text, parameters } of queries) {
          assert.equal(parameters.vcenter, vcenter);
          for (const name of Object.keys(parameters)) assert.match(text, new RegExp(`\\$${name}\\b`));
        }
        assert.deepEqual(Object.values(queries[0].parameters), [vcenter, ...entities]);
      }),
    );
  });

  it("quote names of measurements and fields so that the scanner reads them back and nothing more", () => {
    fc.assert(
      fc.property(nasty, (name) => {
        fc.pre(!name.includes("\0"));
        assert.deepEqual(scanIdentifier(`${quoteIdentifier(name)} WHERE`), { name, rest: " WHERE" });
      }),
    );
    assert.throws(() => quoteIdentifier("a\0b"), RangeError);
  });
});
