import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson, digestOf } from "../../engine/digest";

/** The definition, the plain way: a sorted copy of every object, written by JSON.stringify. */
const plainly = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === "object" && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : item,
  );

describe("canonicalJson", () => {
  it("is JSON of the value with its keys sorted", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(canonicalJson(value), plainly(value));
      }),
    );
  });

  it("leaves out what JSON leaves out, and writes dates and keys of digits as JSON does", () => {
    const odd = { b: undefined, a: [undefined, NaN, -0], "10": 1, "9": 2, when: new Date(0), f: () => 1 };
    assert.equal(canonicalJson(odd), plainly(odd));
  });

  it("gives equal values one digest, however they were written", () => {
    assert.equal(digestOf({ a: 1, b: [2] }), digestOf({ b: [2], a: 1 }));
  });
});
