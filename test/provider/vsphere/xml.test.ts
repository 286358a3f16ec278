import assert from "node:assert/strict";
import fc from "fast-check";
import { at, flag, kindOf, list, number, Reference, reference, text } from "../../../provider/vsphere/values";
import { parseXml, writeElement } from "../../../provider/vsphere/xml";

const envelope = (inner: string, head = "") =>
  `<?xml version="1.0"?>${head}<s:Envelope xmlns:s="x" xmlns:i="y">${inner}</s:Envelope>`;

describe("XML of SOAP", () => {
  it("carries any text there and back", () => {
    // eslint-disable-next-line no-control-regex
    const writable = fc.string({ unit: "grapheme" }).filter((value) => !/[\u0000-\u001f\ufffe\uffff]/.test(value));
    fc.assert(
      fc.property(writable, (value) => {
        assert.equal(text(parseXml(envelope(writeElement("a", value)), "Envelope"), "a"), value);
      }),
    );
  });

  it("refuses to write what XML can't carry", () => {
    assert.throws(() => writeElement("a", "bell\u0007"), /control character/);
  });

  it("writes references, types, primitives and arrays, and leaves out what is undefined", () => {
    assert.equal(
      writeElement("spec", {
        _typeName: "Spec",
        host: new Reference("HostSystem", "host-1"),
        key: { _typeName: "xsd:int", _value: 7 },
        none: undefined,
        vm: ["a<b", "c"],
        on: false,
      }),
      '<spec xsi:type="Spec"><host type="HostSystem">host-1</host><key xsi:type="xsd:int">7</key>' +
        "<vm>a&#60;b</vm><vm>c</vm><on>false</on></spec>",
    );
  });

  it("reads references, types, lists and numbers; what isn't there is null, never zero", () => {
    const tree = parseXml(
      envelope('<h type="HostSystem" i:type="Ref">host-1</h><n>12</n><n>x</n><e></e><f>true</f><one><v>1</v></one>'),
      "Envelope",
    );
    assert.deepEqual(reference(tree, "h"), new Reference("HostSystem", "host-1"));
    assert.equal(kindOf(at(tree, "h")), "Ref");
    assert.deepEqual(
      list(tree, "n").map((item) => number(item)),
      [12, null],
    );
    assert.equal(number(tree, "e"), null);
    assert.equal(number(tree, "missing"), null);
    assert.equal(flag(tree, "f"), true);
    assert.equal(flag(tree, "missing"), null);
    assert.equal(list(tree, "one").length, 1);
    assert.equal(reference(tree, "n"), null);
  });

  it("decodes characters by number, and thousands of entities", () => {
    assert.equal(text(parseXml(envelope("<a>&#65;&#x1F600;&lt;&amp;lt;</a>"), "Envelope"), "a"), "A😀<&lt;");
    assert.equal(text(parseXml(envelope(`<a>${"&amp;".repeat(5000)}</a>`), "Envelope"), "a"), "&".repeat(5000));
  });

  it("takes what looks like tags where it is none", () => {
    for (const inner of ["<a>x/></a>", "<a><![CDATA[<b>]]></a>", "<a/><!-- <b> --><c/>"]) {
      assert.notEqual(parseXml(envelope(inner), "Envelope"), undefined);
    }
  });

  const bomb =
    '<!DOCTYPE lol [<!ENTITY a "lollollol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>';
  const refused: [string, string, RegExp][] = [
    ["an entity bomb", envelope("<a>&c;</a>", bomb), /declares a document type or entities/],
    [
      "an external entity",
      envelope("<a>&f;</a>", '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]>'),
      /declares a document type/,
    ],
    ["an entity that nobody declared", envelope("<a>&foo;</a>"), /unknown entity &foo;/],
    ["an entity named like a member of every object", envelope("<a>&constructor;</a>"), /unknown entity &constructor;/],
    ["elements that are not closed", envelope("<a><b><b>text</a>"), /not closed/],
    ["a document cut short", envelope("<a>text</a>").slice(0, -20), /cut short/],
    ["a document cut short in a long text", envelope(`<a>${"text ".repeat(999)}`).slice(0, -14), /cut short/],
    ["an HTML page", "<html><body>Sign in</body></html>", /not a SOAP Envelope/],
    ["JSON", '{"type":"Error"}', /not XML/],
    ["nothing", "  ", /empty/],
  ];
  for (const [name, document, message] of refused) {
    it(`refuses ${name}`, () => {
      assert.throws(() => parseXml(document, "Envelope"), message);
    });
  }
});
