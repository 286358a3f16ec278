import assert from "node:assert/strict";
import { QUANTILE_LEVELS } from "../../../../../engine/models/demand/quantile";
import { type JudgedWindow, fittedSpread, trackedSpread } from "../../../../../engine/models/demand/quantile/spread";
import { createRandom } from "../../../../../engine/random";

const SLOTS = 24;

/** Truths uniform in 90 to 110, and the forecast that is right for them but for its width. */
function windowsOf(count: number, width: (window: number) => number, seed = 1): JudgedWindow[] {
  const random = createRandom(seed, "truths");
  return Array.from({ length: count }, (_, window) => ({
    end: 1000 * window,
    truth: Float64Array.from({ length: SLOTS }, () => 90 + 20 * random.uniform()),
    forecast: Float64Array.from(
      { length: SLOTS * QUANTILE_LEVELS.length },
      (_, i) => 100 + width(window) * (20 * QUANTILE_LEVELS[i % QUANTILE_LEVELS.length] - 10),
    ),
  }));
}

const near = (actual: number, expected: number, by: number, what: string) =>
  assert.ok(Math.abs(actual - expected) < by, `${what}: ${actual} instead of ${expected}`);

describe("the spread of a demand forecast", () => {
  it("is fitted so that each level's share comes true", () => {
    fittedSpread(windowsOf(2000, () => 0.8)).forEach((factor, level) =>
      near(factor, level === 4 ? 1 : 1 / 0.8, 0.1, `level ${QUANTILE_LEVELS[level]}`),
    );
  });

  it("is tracked to the same widths, from forecasts too narrow and too wide", () => {
    for (const width of [0.8, 1.3]) {
      const tracked = trackedSpread(windowsOf(4000, () => width));
      near(tracked[0], 1 / width, 0.08, "level 0.1");
      near(tracked[8], 1 / width, 0.08, "level 0.9");
      assert.equal(tracked[4], 1);
    }
  });

  it("follows a change that the whole history hides", () => {
    const windows = windowsOf(4000, (window) => (window < 2000 ? 0.7 : 1.2));
    near(trackedSpread(windows)[8], 1 / 1.2, 0.08, "tracked");
    assert.ok(fittedSpread(windows)[8] > 1);
  });

  it("takes windows in the order in which they came true, and none decides alone", () => {
    const windows = windowsOf(50, (window) => 0.5 + window / 50);
    assert.deepEqual(trackedSpread([...windows].reverse()), trackedSpread(windows));
    const [one] = windowsOf(1, () => 0.01);
    trackedSpread([one]).forEach((factor) => assert.ok(factor >= 1 && factor < 1.05, `${factor}`));
  });

  it("stays as it is without windows, or where a forecast is sure", () => {
    const ones = QUANTILE_LEVELS.map(() => 1);
    assert.deepEqual(trackedSpread([]), ones);
    assert.deepEqual(fittedSpread([]), ones);
    assert.deepEqual(fittedSpread(windowsOf(5, () => 0)), ones);
    assert.deepEqual(trackedSpread(windowsOf(5, () => 0)), ones);
  });
});
