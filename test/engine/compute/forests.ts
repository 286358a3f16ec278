import assert from "node:assert/strict";
import fc from "fast-check";
import {
  evaluateForestReference,
  extremeForest,
  typicalForest,
  type Device,
  type FlatForest,
  type ForestEvaluation,
} from "../../../engine/compute";

/** Where comparisons go wrong: what 32-bit floats flush, round or can't tell apart. */
const CRITICAL = [0, -0, 1, -1, 0.1, 1e-45, 1e-310, Infinity, -Infinity, Number.MAX_VALUE, 16_777_217];

/** Any input that keeps the contract, small enough to read when a property shrinks to it. */
export function anyForestEvaluation(): fc.Arbitrary<ForestEvaluation> {
  const number = fc.oneof(fc.constantFrom(...CRITICAL), fc.double({ noNaN: true }), fc.integer({ min: -3, max: 3 }));
  const value = fc.oneof({ arbitrary: number, weight: 4 }, fc.constant(Number.NaN));
  const columns = fc.integer({ min: 1, max: 4 });
  return columns.chain((columns) => {
    const split = fc.record({
      at: fc.nat(),
      column: fc.integer({ min: 0, max: columns - 1 }),
      threshold: number,
      missingLeft: fc.integer({ min: 0, max: 1 }),
    });
    const tree = fc.record({
      splits: fc.array(split, { maxLength: 6 }),
      values: fc.array(fc.integer({ min: -(2 ** 21), max: 2 ** 21 }), { minLength: 13, maxLength: 13 }),
    });
    // Six trees of leaves up to 2^21 stay below 2^24.
    const models = fc.array(fc.array(tree, { maxLength: 6 }), { maxLength: 3 });
    const rows = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 29, max: 66 }));
    return fc.tuple(models, rows, fc.boolean()).chain(([models, rows, single]) =>
      fc.array(value, { minLength: rows * columns, maxLength: rows * columns }).map((values) => ({
        forest: flattened(columns, models),
        rows,
        values: single ? Float32Array.from(values) : Float64Array.from(values),
      })),
    );
  });
}

interface DrawnTree {
  readonly splits: readonly { at: number; column: number; threshold: number; missingLeft: number }[];
  readonly values: readonly number[];
}

function flattened(columns: number, models: readonly (readonly DrawnTree[])[]): FlatForest {
  const forest = {
    ...{ models: [0], roots: [0], column: [] as number[], threshold: [] as number[] },
    ...{ left: [] as number[], missingLeft: [] as number[], value: [] as number[] },
  };
  for (const trees of models) {
    for (const { splits, values } of trees) {
      const root = forest.column.length;
      const add = () => {
        forest.value.push(values[forest.column.length - root]);
        return forest.column.push(-1) - 1;
      };
      const open = [add()];
      for (const { at, column, threshold, missingLeft } of splits) {
        const [node] = open.splice(at % open.length, 1);
        forest.left[node] = add();
        open.push(forest.left[node], add());
        [forest.column[node], forest.threshold[node], forest.missingLeft[node]] = [column, threshold, missingLeft];
      }
      forest.roots.push(forest.column.length);
    }
    forest.models.push(forest.roots.length - 1);
  }
  const all = forest.column.map((_, node) => node);
  return {
    columns,
    models: Int32Array.from(forest.models),
    roots: Int32Array.from(forest.roots),
    column: Int32Array.from(forest.column),
    threshold: Float64Array.from(all, (node) => forest.threshold[node] ?? 0),
    left: Int32Array.from(all, (node) => forest.left[node] ?? 0),
    missingLeft: Uint8Array.from(all, (node) => forest.missingLeft[node] ?? 0),
    value: Int32Array.from(forest.value),
  };
}

export async function assertForestExact(device: Device, input: ForestEvaluation): Promise<void> {
  const actual = await device.evaluateForest(input);
  assert.ok(actual instanceof Int32Array);
  assert.deepEqual(actual, evaluateForestReference(input));
}

/** Property: whatever the contract allows, the device gives the reference's sums. */
export async function assertForestParity(device: Device, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(anyForestEvaluation(), (input) => assertForestExact(device, input)),
    { numRuns, seed: 20_241 },
  );
  await fc.assert(
    fc.asyncProperty(fc.double({ noNaN: true, min: -1e38, max: 1e38 }), (t) => assertForestExact(device, around(t))),
    {
      numRuns,
      seed: 20_242,
      examples: [[0], [2 ** -126], [-(2 ** -126)], [1 + 2 ** -24], [-1 - 2 ** -24], [2 ** -127]],
    },
  );
  const larger = { rows: 1234, columns: 11, models: 3, trees: 20, leaves: 15 };
  await assertForestExact(device, typicalForest(larger, 1));
  await assertForestExact(device, extremeForest(larger, 2));
}

/** One test on the threshold, and the ordinary 32-bit floats next to it. */
function around(threshold: number): ForestEvaluation {
  const nearest = Int32Array.from(
    { length: 9 },
    (_, i) => new Int32Array(Float32Array.of(threshold).buffer)[0] + i - 4,
  );
  const ordinary = (value: number) => value === 0 || (Math.abs(value) >= 2 ** -126 && Math.abs(value) < 1e38);
  const values = new Float32Array(nearest.buffer).filter(ordinary);
  const tree = { splits: [{ at: 0, column: 0, threshold, missingLeft: 0 }], values: [0, 1, 2] };
  return { forest: flattened(1, [[tree]]), rows: values.length, values };
}
