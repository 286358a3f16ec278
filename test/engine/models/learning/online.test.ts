import assert from "node:assert/strict";
import { OnlineLogistic } from "../../../../engine/models/learning/linear";
import { createRandom } from "../../../../engine/random";

const probability = (logOdds: number) => 1 / (1 + Math.exp(-logOdds));

describe("a logistic regression that learns row by row", () => {
  it("says nothing of features that it never met", () => {
    assert.equal(new OnlineLogistic().score(Int32Array.of(1, 2, 3), 3), 0);
  });

  it("finds log odds that add up, and looks at no more features than it is told to", () => {
    const model = new OnlineLogistic();
    const random = createRandom(1, "rows");
    const effect = [-1, 2, -2];
    const row = new Int32Array(4);
    for (let i = 0; i < 40_000; i++) {
      let [length, logOdds] = [0, 0.5];
      row[length++] = 77;
      effect.forEach((size, feature) => {
        if (random.uniform() < 0.5) return;
        row[length++] = feature;
        logOdds += size;
      });
      row.fill(-5, length);
      model.learn(row, length, random.uniform() < probability(logOdds));
    }
    const at = (...features: number[]) => probability(model.score(Int32Array.from(features), features.length));
    for (const [features, logOdds] of [
      [[77], 0.5],
      [[77, 0], -0.5],
      [[77, 1], 2.5],
      [[77, 0, 1, 2], -0.5],
    ] as const) {
      const said = at(...features);
      assert.ok(Math.abs(said - probability(logOdds)) < 0.04, `${features.join()}: ${said}`);
    }
    assert.equal(model.score(Int32Array.of(-5), 1), 0);
  });

  it("follows a rate that changes", () => {
    const model = new OnlineLogistic();
    const row = Int32Array.of(4);
    for (let i = 0; i < 2000; i++) model.learn(row, 1, false);
    const before = model.score(row, 1);
    for (let i = 0; i < 2000; i++) model.learn(row, 1, true);
    assert.ok(before < -2 && model.score(row, 1) > before + 2, `${before} to ${model.score(row, 1)}`);
  });
});
