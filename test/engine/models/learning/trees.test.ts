import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BOOSTING_DEFAULTS,
  type BoostedTrees,
  type BoostingOptions,
  Forest,
  areaUnderCurve,
  averageTrees,
  boostedTreesSchema,
  contributions,
  fitBoostedTrees,
  flattenTrees,
  gainImportance,
  logLoss,
  pinballLoss,
} from "../../../../engine/models/learning";
import { evaluateForestReference } from "../../../../engine/compute";
import { applyBins, binOf, fitBins } from "../../../../engine/models/learning/trees/bins";
import { createRandom } from "../../../../engine/random";
import { clickRows, matrixOf } from "./data";

const small: Partial<BoostingOptions> = { trees: 1, learningRate: 1, leaves: 2, minChildSamples: 1 };
const close = (actual: number, expected: number, within = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual}, expected ${expected}`);

/** The slow, plain way: what the forest must agree with to the last bit. */
function walk(model: BoostedTrees, row: ArrayLike<number>): number {
  return model.trees.reduce((sum, tree) => {
    let node = 0;
    while (tree.feature[node] >= 0) {
      const value = row[tree.feature[node]];
      const left = Number.isNaN(value) ? tree.missingLeft[node] === 1 : value <= tree.threshold[node];
      node = left ? tree.left[node] : tree.left[node] + 1;
    }
    return sum + tree.value[node];
  }, model.initial);
}

describe("boosted trees, calculated by hand", () => {
  const features = matrixOf([[1], [2], [3], [10]]);

  it("squared loss: one split where the sum of squares falls most, leaves at the mean", () => {
    const model = fitBoostedTrees({ features, targets: [0, 0, 6, 6] }, { options: small });
    assert.equal(model.initial, 3);
    const [tree] = model.trees;
    assert.deepEqual(tree.feature, [0, -1, -1]);
    assert.equal(tree.threshold[0], 2.5);
    // Gradients 3, 3, -3, -3: gain 6²/2 + 6²/2 - 0.
    assert.deepEqual(tree.gain, [36, 0, 0]);
    assert.deepEqual(tree.value, [0, -3, 3]);
    assert.deepEqual(tree.cover, [4, 2, 2]);
    assert.deepEqual([...new Forest(model).predict(features)], [0, 0, 6, 6]);
  });

  it("L2 and the learning rate shrink the leaves", () => {
    const options = { ...small, l2: 2, learningRate: 0.5 };
    const model = fitBoostedTrees({ features, targets: [0, 0, 6, 6] }, { options });
    assert.deepEqual(model.trees[0].value, [0, -0.75, 0.75]);
  });

  it("logistic loss: log odds of the base rate, then Newton steps", () => {
    const model = fitBoostedTrees({ features, targets: [0, 0, 0, 1] }, { options: { ...small, loss: "logistic" } });
    close(model.initial, Math.log(0.25 / 0.75));
    // p = .25: g = .75 over h = .5625 on the left, -.75 over .1875 on the right.
    assert.equal(model.trees[0].threshold[0], 6.5);
    close(model.trees[0].value[1], -0.75 / 0.5625);
    close(model.trees[0].value[2], 0.75 / 0.1875);
  });

  it("weights count as so many rows", () => {
    const weighted = fitBoostedTrees({ features, targets: [0, 0, 6, 6], weights: [1, 3, 1, 1] }, { options: small });
    assert.equal(weighted.initial, 2);
    const forest = new Forest(weighted).predict(features);
    [0, 0, 6, 6].forEach((expected, i) => close(forest[i], expected));
  });

  it("absolute and quantile loss: leaves at the median and the quantile of their rows", () => {
    const rows = matrixOf([[0], [0], [0], [0], [1], [1], [1], [1], [1]]);
    const targets = [1, 2, 3, 100, 10, 20, 30, 40, 50];
    const absolute = fitBoostedTrees({ features: rows, targets }, { options: { ...small, loss: "absolute" } });
    assert.deepEqual([...new Forest(absolute).predict(rows)], [2.5, 2.5, 2.5, 2.5, 30, 30, 30, 30, 30]);
    const options = { ...small, loss: "quantile" as const, quantile: 0.9 };
    const high = fitBoostedTrees({ features: rows, targets }, { options });
    assert.deepEqual([...new Forest(high).predict(rows)], [100, 100, 100, 100, 50, 50, 50, 50, 50]);
  });

  it("missing values go to the side where they fit better, and apart where nothing else tells", () => {
    const gaps = matrixOf([[1], [2], [3], [Number.NaN], [Number.NaN]]);
    const low = fitBoostedTrees({ features: gaps, targets: [0, 5, 5, 0, 0] }, { options: small });
    assert.equal(low.trees[0].threshold[0], 1.5);
    assert.equal(low.trees[0].missingLeft[0], 1);
    const apart = fitBoostedTrees({ features: gaps, targets: [0, 0, 0, 5, 5] }, { options: small });
    assert.deepEqual([...new Forest(apart).predict(gaps)], [0, 0, 0, 5, 5]);
    assert.deepEqual([...new Forest(apart).predict(matrixOf([[1e300], [Infinity]]))], [0, 0]);
  });

  it("leaves keep the least number of rows", () => {
    const model = fitBoostedTrees(
      { features, targets: [0, 0, 0, 8] },
      { options: { ...small, leaves: 4, minChildSamples: 2 } },
    );
    assert.deepEqual(model.trees[0].cover, [4, 2, 2]);
  });

  it("the greatest gain splits first", () => {
    const options = { ...small, leaves: 3 };
    const model = fitBoostedTrees({ features, targets: [0, 1, 10, 30] }, { options });
    // First 30 against the rest (gain 701.3 before 10's 600), then 10 against 0 and 1.
    assert.deepEqual(model.trees[0].threshold.slice(0, 2), [6.5, 2.5]);
    assert.deepEqual([...new Forest(model).predict(features)].map(Math.round), [1, 1, 10, 30]);
  });
});

describe("boosted trees", () => {
  const train = clickRows(4000, 1);
  const test = clickRows(4000, 2);
  const options: Partial<BoostingOptions> = { loss: "logistic", trees: 120, learningRate: 0.1, leaves: 8 };
  const model = fitBoostedTrees(train, { options, names: ["a", "b", "noise"], validation: clickRows(2000, 3) });

  it("come close to the true probabilities on unseen rows", () => {
    const p = new Forest(model).predict(test.features);
    const prior = train.targets.reduce((sum, y) => sum + y, 0) / 4000;
    const best = logLoss(test.probabilities, test.targets);
    const constant = logLoss(new Float64Array(4000).fill(prior), test.targets);
    assert.ok((constant - logLoss(p, test.targets)) / (constant - best) > 0.9);
    assert.ok(areaUnderCurve(p, test.targets) > areaUnderCurve(test.probabilities, test.targets) - 0.015);
  });

  it("end early on the validation set", () => {
    assert.ok(model.trees.length > 10 && model.trees.length < 120);
  });

  it("are the same for the same seed, and others for another", () => {
    const sampled = { ...options, trees: 10, rowFraction: 0.5, featureFraction: 0.67 };
    const fit = (seed: number) => JSON.stringify(fitBoostedTrees(train, { options: { ...sampled, seed } }));
    assert.equal(fit(1), fit(1));
    assert.notEqual(fit(1), fit(2));
  });

  it("survive JSON, and a damaged file is refused", () => {
    const copy = boostedTreesSchema.parse(JSON.parse(JSON.stringify(model)));
    assert.deepEqual(new Forest(copy).raw(test.features), new Forest(model).raw(test.features));
    const damaged = structuredClone(copy);
    damaged.trees[0].left[0] = 0;
    assert.equal(boostedTreesSchema.safeParse(damaged).success, false);
    const astray = structuredClone(copy);
    astray.trees[0].feature[0] = 3;
    assert.equal(boostedTreesSchema.safeParse(astray).success, false);
  });

  it("say what they rest on: contributions add up, noise brings little", () => {
    const raw = new Forest(model).raw(test.features);
    for (let row = 0; row < 50; row++) {
      const { base, byColumn } = contributions(model, test.features.values.subarray(row * 3, row * 3 + 3));
      close(base + byColumn[0] + byColumn[1] + byColumn[2], raw[row], 1e-9);
    }
    const [a, b, noise] = gainImportance(model);
    close(a + b + noise, 1);
    assert.ok(a > b && b > 3 * noise);
  });

  it("averaged: the mean of the raw scores, and only of models alike", () => {
    const models = [1, 2, 3].map((seed) => fitBoostedTrees(train, { options: { trees: 5, rowFraction: 0.5, seed } }));
    const raw = (model: BoostedTrees) => new Forest(model).raw(test.features);
    const mean = raw(averageTrees(models));
    const each = models.map(raw);
    mean.forEach((score, row) => assert.ok(Math.abs(score - (each[0][row] + each[1][row] + each[2][row]) / 3) < 1e-12));
    assert.throws(() => averageTrees([]), RangeError);
    assert.throws(() => averageTrees([models[0], { ...models[1], loss: "absolute" }]), RangeError);
  });

  it("continue from given scores: offsets take part in the loss", () => {
    const offsets = Float64Array.from(test.probabilities, (p) => Math.log(p / (1 - p)));
    const rest = fitBoostedTrees({ ...test, offsets }, { options, validation: { ...test, offsets } });
    assert.equal(rest.initial, 0);
    const blind = fitBoostedTrees(test, { options, validation: test });
    const importance = (fitted: BoostedTrees) => fitted.trees[0].gain[0];
    assert.ok(importance(rest) < importance(blind) / 5);
  });

  it("quantiles: as many values below as the quantile says", () => {
    const random = createRandom(5, "noise");
    const values = Float64Array.from({ length: 3000 }, () => random.uniform() * 10);
    const targets = values.map((x) => x + random.normal() * (1 + x / 2));
    const rows = { rows: 3000, columns: 1, values };
    for (const quantile of [0.1, 0.9]) {
      const fitted = fitBoostedTrees(
        { features: rows, targets },
        { options: { loss: "quantile", quantile, trees: 60, leaves: 8, learningRate: 0.1, minChildSamples: 50 } },
      );
      const forecast = new Forest(fitted).predict(rows);
      close(targets.filter((y, i) => y <= forecast[i]).length / 3000, quantile, 0.02);
      // The true quantile: fitted rows are forecast a little better than it can, unseen ones would be worse.
      const z = quantile > 0.5 ? 1.2816 : -1.2816;
      const truth = values.map((x) => x + z * (1 + x / 2));
      const ratio = pinballLoss(forecast, targets, quantile) / pinballLoss(truth, targets, quantile);
      assert.ok(ratio > 0.9 && ratio < 1.01, `ratio ${ratio}`);
    }
  });

  it("refuse what can't be learned from, naming it", () => {
    const features = matrixOf([[1], [2]]);
    assert.throws(() => fitBoostedTrees({ features, targets: [1] }), /1 targets for 2 rows/);
    assert.throws(() => fitBoostedTrees({ features, targets: [1, Number.NaN] }), /targets\[1\] is NaN/);
    assert.throws(() => fitBoostedTrees({ features, targets: [1, 2], weights: [1, 0] }), /weights\[1\]/);
    const wrong = { ...BOOSTING_DEFAULTS, leaves: 1, rowFraction: 2 };
    assert.throws(
      () => fitBoostedTrees({ features, targets: [1, 2] }, { options: wrong }),
      /leaves is 1, rowFraction is 2/,
    );
    assert.throws(() => new Forest(model).raw(features), /1 columns, the model has 3/);
  });

  it("property: the forest agrees with a plain walk to the last bit", () => {
    const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -5, max: 5 }), fc.constant(Number.NaN));
    const row = fc.tuple(value, value, value, fc.integer({ min: 0, max: 1 }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 3, maxLength: 60 }), fc.integer({ min: 2, max: 9 }), (rows, leaves) => {
        const features = matrixOf(rows.map((values) => values.slice(0, 3)));
        const fitted = fitBoostedTrees(
          { features, targets: rows.map((values) => values[3]) },
          { options: { ...small, trees: 4, leaves, learningRate: 0.3, maxBins: 5 } },
        );
        const raw = new Forest(fitted).raw(features);
        rows.forEach((values, i) => assert.equal(raw[i], walk(fitted, values)));
      }),
      { numRuns: 60 },
    );
  });

  it("property: as flat arrays of integers they agree to half a unit a tree, several models at once", () => {
    const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -5, max: 5 }), fc.constant(Number.NaN));
    const row = fc.tuple(value, value, value, fc.double({ min: -1e6, max: 1e6, noNaN: true }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 3, maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (rows, trees) => {
        const features = matrixOf(rows.map((values) => values.slice(0, 3)));
        const fitted = fitBoostedTrees(
          { features, targets: rows.map((values) => values[3]) },
          { options: { ...small, trees, leaves: 5, learningRate: 0.3, maxBins: 5 }, names: model.features },
        );
        const models = [fitted, model];
        const { forest, initial, unit } = flattenTrees(models);
        const sums = evaluateForestReference({ forest, rows: rows.length, values: features.values });
        models.forEach((each, m) =>
          new Forest(each).raw(features).forEach((raw, i) => {
            const difference = Math.abs(initial[m] + unit[m] * sums[m * rows.length + i] - raw);
            assert.ok(difference <= (each.trees.length * unit[m]) / 2 + 1e-15 * Math.abs(raw), `off by ${difference}`);
            // The unit is as fine as 24 bits allow.
            const leaves = each.trees.map((tree) => Math.max(...tree.value.map(Math.abs)));
            const largest = leaves.reduce((sum, leaf) => sum + leaf, 0);
            assert.ok(largest === 0 || unit[m] <= largest * 2 ** -22, `unit ${unit[m]} for ${largest}`);
          }),
        );
      }),
      { numRuns: 60 },
    );
    assert.throws(() => flattenTrees([model, { ...model, features: ["other"] }]), /models of other columns/);
  });

  it("property: bins keep the order of values, and no more than asked for", () => {
    const values = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 255 }), (column, maxBins) => {
        const matrix = matrixOf(column.map((value) => [value]));
        const [bounds] = fitBins(matrix, maxBins, 1);
        assert.ok(bounds.length < maxBins);
        const { codes } = applyBins(matrix, [bounds]);
        column.forEach((a, i) => column.forEach((b, j) => assert.ok(!(a <= b) || codes[i] <= codes[j])));
        assert.equal(binOf(bounds, Number.NaN), bounds.length + 1);
      }),
      { numRuns: 60 },
    );
  });
});
