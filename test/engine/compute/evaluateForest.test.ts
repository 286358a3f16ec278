import assert from "node:assert/strict";
import {
  checkForestEvaluation,
  evaluateForestReference,
  openDevice,
  typicalForest,
  typicalJob,
  type Device,
  type FlatForest,
  type ForestEvaluation,
} from "../../../engine/compute";
import { assertForestExact, assertForestParity } from "./forests";
import { assertExact } from "./moves";

/** Two models: one tree that asks whether column 1 is up to 2.5, then column 0; and a lone leaf. */
function example(): ForestEvaluation & { readonly forest: FlatForest } {
  const forest = {
    columns: 2,
    models: Int32Array.of(0, 1, 2),
    roots: Int32Array.of(0, 5, 6),
    column: Int32Array.of(1, 0, -1, -1, -1, -1),
    threshold: Float64Array.of(2.5, 0, 0, 0, 0, 0),
    left: Int32Array.of(1, 3, 0, 0, 0, 0),
    missingLeft: Uint8Array.of(1, 0, 0, 0, 0, 0),
    value: Int32Array.of(0, 0, 300, -10, 20, 7),
  };
  const values = Float32Array.of(0, 2.5, 1, 2.5, 0, 2.6, Number.NaN, Number.NaN, -5, Number.NaN);
  return { forest, rows: 5, values };
}

describe("evaluation of forests", () => {
  describe("the reference", () => {
    it("sends values up to the threshold to the left, missing ones where the node says, and adds model by model", () => {
      assert.deepEqual([...evaluateForestReference(example())], [-10, 20, 300, 20, -10, 7, 7, 7, 7, 7]);
    });
  });

  for (const name of ["plain", "cpu", "webasm"] as const) {
    describe(`on ${name}`, () => {
      let device: Device;
      before(async () => {
        ({ device } = await openDevice(name));
      });
      after(() => device.dispose());

      it("gives the reference's sums", function () {
        this.timeout(60_000);
        return assertForestParity(device, 150);
      });

      it("keeps concurrent calls of different forests apart, scorings among them", async () => {
        const sizes = [1, 5, 40, 2].map((trees) => ({ rows: 10 * trees, columns: 6, models: 2, trees, leaves: 9 }));
        const scorings = [3, 40].map((vms) => typicalJob({ vms, hosts: 4, resources: 2, slots: 24 }, vms));
        await Promise.all([
          ...sizes.map((size) => assertForestExact(device, typicalForest(size, size.trees))),
          ...scorings.map((job) => assertExact(device, job)),
        ]);
      });

      it("goes on after an input that breaks the contract", async () => {
        await assert.rejects(device.evaluateForest({ ...example(), rows: 6 }), TypeError);
        await assertForestExact(device, example());
      });
    });
  }

  it("on a device takes more rows than one run of the kernel does", async function () {
    this.timeout(60_000);
    const { device } = await openDevice("cpu");
    // 16,384 rows at 128 columns.
    await assertForestExact(device, typicalForest({ rows: 40_001, columns: 128, models: 1, trees: 2, leaves: 3 }, 1));
    await device.dispose();
  });

  describe("the contract", () => {
    const { forest } = example();
    const broken: [string, Partial<FlatForest>, RegExp][] = [
      ["a column that isn't there", { columns: 1 }, /^RangeError: node 0 is of column 1, but there are 1/],
      [
        "a child before its parent",
        { left: Int32Array.of(1, 0, 0, 0, 0, 0) },
        /^RangeError: the children of node 1 don't lie behind it/,
      ],
      [
        "a child in another tree",
        { left: Int32Array.of(1, 4, 0, 0, 0, 0) },
        /^RangeError: the children of node 1 don't lie behind it/,
      ],
      [
        "a node with two parents",
        { left: Int32Array.of(1, 2, 0, 0, 0, 0) },
        /^RangeError: a child of node 1 has another parent/,
      ],
      ["a tree without nodes", { roots: Int32Array.of(0, 6, 6) }, /^RangeError: tree 1 has no nodes/],
      ["too short an array", { value: Int32Array.of(1) }, /^TypeError: value must hold 6 numbers, not 1/],
      ["a threshold that isn't a number", { threshold: new Float64Array(6).fill(Number.NaN) }, /threshold\[0\] is NaN/],
      [
        "sums that could reach 2^24",
        { value: Int32Array.of(0, 0, 2 ** 24, 0, 0, 0) },
        /^RangeError: the leaves of model 0 could add up to 16777216/,
      ],
      [
        "models beyond the trees",
        { models: Int32Array.of(0, 1, 3) },
        /^RangeError: models must begin with 0 and end with 2/,
      ],
    ];
    for (const [what, change, message] of broken) {
      it(`refuses ${what}`, () => {
        assert.throws(() => checkForestEvaluation({ ...example(), forest: { ...forest, ...change } }), message);
      });
    }

    it("refuses values for other rows, and takes none", () => {
      assert.throws(
        () => checkForestEvaluation({ ...example(), rows: 4 }),
        /^TypeError: values must hold 8 numbers, not 10/,
      );
      checkForestEvaluation({ ...example(), rows: 0, values: new Float32Array(0) });
    });
  });
});
