import assert from "node:assert/strict";
import { Forest, contributions, fitBoostedTrees, sigmoid } from "../../../../engine/models/learning/trees";
import { FEATURES } from "../../../../engine/models/profile";
import {
  growRequestTrees,
  requestContributions,
  requestProbabilities,
} from "../../../../engine/models/profile/request-trees";
import type { TrainingRows } from "../../../../engine/models/profile/training-rows";
import { createRandom } from "../../../../engine/random";

const REGRESSION = FEATURES.indexOf("onlineLogOdds");
const columns = FEATURES.length;
const options = { loss: "logistic", trees: 30, minChildSamples: 20, l2: 10 } as const;

/** Rows whose log odds the regression knows but for what the first feature adds. */
function rowsOf(rows: number, stream: string): TrainingRows & { readonly truth: Float64Array } {
  const random = createRandom(1, stream);
  const values = new Float32Array(rows * columns);
  const targets = new Uint8Array(rows);
  const truth = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const known = 8 * random.uniform() - 4;
    const first = random.uniform();
    values[row * columns + REGRESSION] = known;
    values[row * columns] = first;
    truth[row] = sigmoid(known + (first > 0.5 ? 1 : -1));
    targets[row] = random.uniform() < truth[row] ? 1 : 0;
  }
  return { features: { rows, columns, values }, targets, truth, weights: new Float64Array(rows).fill(1) };
}

describe("trees of requests", () => {
  const train = rowsOf(1500, "train");
  const test = rowsOf(4000, "test");
  const { trees, counts } = growRequestTrees(train, { options });
  const predictions = requestProbabilities(new Forest(trees), test.features);
  const known = Float64Array.from(
    { length: test.features.rows },
    (_, row) => test.features.values[row * columns + REGRESSION],
  );
  const plain = new Forest(fitBoostedTrees(train, { options, names: FEATURES }));

  it("are nearer to the truth than the regression, and than trees that only look at it", () => {
    const off = (said: ArrayLike<number>) =>
      test.truth.reduce((sum, p, row) => sum + (p - said[row]) ** 2, 0) / test.truth.length;
    assert.ok(off(predictions) < 0.8 * off(known.map(sigmoid)), `${off(predictions)}, ${off(known.map(sigmoid))}`);
    const alone = off(plain.predict(test.features));
    assert.ok(off(predictions) < 0.8 * alone, `${off(predictions)}, trees alone ${alone}`);
  });

  it("are the mean of a forest from the base rate and of one that begins at the regression's log odds", () => {
    const offsets = Float64Array.from(train.targets, (_, row) => train.features.values[row * columns + REGRESSION]);
    const correcting = new Forest(fitBoostedTrees({ ...train, offsets }, { options, names: FEATURES }));
    const [a, b] = [plain.raw(test.features), correcting.raw(test.features)];
    predictions.forEach((p, row) => {
      assert.ok(Math.abs(p - sigmoid((a[row] + b[row] + known[row]) / 2)) < 1e-9, `row ${row}`);
    });
  });

  it("tell of each feature what it moved the log odds by, the regression's share included", () => {
    for (let row = 0; row < 50; row++) {
      const values = test.features.values.slice(row * columns, (row + 1) * columns);
      const { base } = contributions(trees, values);
      const sum = requestContributions(trees, values).reduce((total, value) => total + value, base);
      assert.ok(Math.abs(sigmoid(sum) - predictions[row]) < 1e-6, `row ${row}`);
    }
  });

  it("are as many of each kind as asked for, or as the validation lets grow", () => {
    assert.deepEqual(counts, [30, 30]);
    assert.deepEqual(growRequestTrees(train, { options }, [3, 7]).counts, [3, 7]);
    const [most, correcting] = growRequestTrees(train, {
      options: { ...options, trees: 200, learningRate: 0.3, patience: 5 },
      validation: test,
    }).counts;
    assert.ok(most < 200 && correcting < 200 && correcting > 0, `${most}, ${correcting}`);
  });
});
