import assert from "node:assert/strict";
import {
  areaUnderCurve,
  averagePrecision,
  brierScore,
  brierSkill,
  expectedCalibrationError,
  logLoss,
  logLossSkill,
  pinballLoss,
  reliabilityBins,
} from "../../../../engine/models/learning";

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual}, expected ${expected}`);

describe("metrics, calculated by hand", () => {
  const p = [0.9, 0.4, 0.6, 0.1];
  const y = [1, 1, 0, 0];

  it("Brier score and skill", () => {
    close(brierScore(p, y), (0.01 + 0.36 + 0.36 + 0.01) / 4);
    close(brierSkill(p, y), 1 - 0.185 / 0.25);
    close(brierSkill([0.5, 0.5], [1, 0], 0.75), 1 - 0.25 / 0.3125);
  });

  it("log loss and skill", () => {
    const loss = -(2 * Math.log(0.9) + 2 * Math.log(0.4)) / 4;
    close(logLoss(p, y), loss);
    close(logLossSkill(p, y), 1 - loss / Math.log(2));
    assert.ok(Number.isFinite(logLoss([0], [1])));
  });

  it("average precision and area under the curve, ties included", () => {
    close(averagePrecision(p, y), (1 + 2 / 3) / 2);
    close(areaUnderCurve(p, y), 3 / 4);
    close(averagePrecision([0.5, 0.5, 0.5, 0.5], y), 0.5);
    close(areaUnderCurve([0.5, 0.5, 0.5, 0.5], y), 0.5);
    assert.ok(Number.isNaN(areaUnderCurve([0.1], [0])));
  });

  it("reliability and expected calibration error", () => {
    const probabilities = [0.05, 0.05, 0.35, 0.35];
    const outcomes = [0, 0, 1, 0];
    assert.deepEqual(
      reliabilityBins(probabilities, outcomes).map(({ rows, frequency }) => [rows, frequency]),
      [
        [2, 0],
        [2, 0.5],
      ],
    );
    close(expectedCalibrationError(probabilities, outcomes), (2 * 0.05 + 2 * 0.15) / 4);
    close(expectedCalibrationError(probabilities, outcomes, 2, "count"), (2 * 0.05 + 2 * 0.15) / 4);
    close(expectedCalibrationError([1, 1], [1, 1]), 0);
  });

  it("pinball loss", () => {
    close(pinballLoss([10, 10], [14, 8], 0.9), (0.9 * 4 + 0.1 * 2) / 2);
  });
});
