import assert from "node:assert/strict";
import fc from "fast-check";
import {
  applyBeta,
  applyIsotonic,
  calibrate,
  calibrationSchema,
  expectedCalibrationError,
  fitBeta,
  fitIsotonic,
} from "../../../../engine/models/learning";
import { createRandom } from "../../../../engine/random";

const close = (actual: number, expected: number, within = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual}, expected ${expected}`);

/** Predictions whose log odds are twice too large and shifted. */
function overconfident(rows: number, seed: number) {
  const random = createRandom(seed, "overconfident");
  const truth = Float64Array.from({ length: rows }, () => 1 / (1 + Math.exp(-random.normal() * 1.5)));
  const outcomes = truth.map((p) => (random.uniform() < p ? 1 : 0));
  const predictions = truth.map((p) => 1 / (1 + Math.exp(-(2 * Math.log(p / (1 - p)) + 0.7))));
  return { truth, outcomes, predictions };
}

describe("calibration", () => {
  it("isotonic, by hand: violators are pooled at their mean", () => {
    const fitted = fitIsotonic([0.1, 0.2, 0.3, 0.4, 0.5], [0, 1, 0, 0, 1]);
    assert.equal(fitted.x.length, 3);
    [0.1, 0.3, 0.5].forEach((x, i) => close(fitted.x[i], x));
    [0, 1 / 3, 1].forEach((y, i) => close(fitted.y[i], y));
    close(applyIsotonic(fitted, 0.2), 1 / 6);
    assert.equal(applyIsotonic(fitted, 0.05), 0);
    assert.equal(applyIsotonic(fitted, 0.9), 1);
  });

  it("isotonic: equal predictions are one, and pools hold the least number of rows", () => {
    const tied = fitIsotonic([0.2, 0.2, 0.2, 0.8], [1, 0, 0, 1]);
    assert.deepEqual([tied.x.length, tied.y[1]], [2, 1]);
    close(tied.y[0], 1 / 3);
    const pooled = fitIsotonic([0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1], undefined, 3);
    assert.equal(pooled.x.length, 1);
    close(pooled.y[0], 0.5);
  });

  it("beta finds the map that was applied, Platt's included", () => {
    const { truth, outcomes, predictions } = overconfident(20_000, 1);
    for (const slopes of [1, 2] as const) {
      const fitted = fitBeta(predictions, outcomes, slopes);
      const off = truth.reduce((sum, p, i) => sum + Math.abs(p - applyBeta(fitted, predictions[i])), 0) / truth.length;
      assert.ok(off < 0.01, `off by ${off}`);
    }
    const { a, b, c } = fitBeta(predictions, outcomes, 1);
    assert.equal(a, b);
    close(a, 0.5, 0.03);
    close(c, -0.35, 0.05);
  });

  it("a shift moves the log odds until the mean fits", () => {
    const fitted = fitBeta([0.5, 0.5, 0.5, 0.5], [0, 0, 0, 1], 0);
    assert.deepEqual([fitted.a, fitted.b], [1, 1]);
    close(applyBeta(fitted, 0.5), 0.25, 0.01);
  });

  it("never turns the order round, and stays finite where all outcomes are alike", () => {
    const backwards = fitBeta([0.1, 0.2, 0.8, 0.9], [1, 1, 0, 0], 2);
    assert.ok(backwards.a >= 0 && backwards.b >= 0);
    const none = fitBeta([0.1, 0.5, 0.9], [0, 0, 0], 2);
    assert.ok(applyBeta(none, 0.5) > 0 && applyBeta(none, 0.5) < 0.2);
  });

  it("lowers the error of rows that it wasn't fitted on", () => {
    const fit = overconfident(5000, 2);
    const { predictions, outcomes } = overconfident(5000, 3);
    const before = expectedCalibrationError(predictions, outcomes);
    for (const fitted of [
      fitIsotonic(fit.predictions, fit.outcomes, undefined, 50),
      fitBeta(fit.predictions, fit.outcomes),
    ]) {
      const parsed = calibrationSchema.parse(JSON.parse(JSON.stringify(fitted)));
      const after = expectedCalibrationError(
        predictions.map((p) => calibrate(parsed, p)),
        outcomes,
      );
      assert.ok(after < before / 3, `${fitted.kind}: ${before} to ${after}`);
    }
  });

  it("property: isotonic maps rise, and keep the mean", () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 1 }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 50 }), fc.integer({ min: 1, max: 5 }), (rows, pool) => {
        const x = rows.map(([prediction]) => prediction / 12);
        const y = rows.map(([, outcome]) => outcome);
        const fitted = fitIsotonic(x, y, undefined, pool);
        assert.ok(fitted.y.every((value, i) => i === 0 || value >= fitted.y[i - 1]));
        assert.ok(fitted.y.every((value) => value >= 0 && value <= 1));
        assert.ok(calibrationSchema.safeParse(fitted).success);
      }),
    );
  });
});
