import assert from "node:assert/strict";
import { type Judged, modelHealth } from "../../../engine/models/health";
import { createRandom } from "../../../engine/random";

/** Forecasts of events whose true probability is `truth(i)`, said as `said(truth)`, ten at an instant. */
function forecasts(model: string, n: number, said: (truth: number) => number): Judged[] {
  const random = createRandom(7, model);
  return Array.from({ length: n }, (_, i) => {
    const truth = random.uniform() ** 2;
    return { model, at: Math.floor(i / 10), probability: said(truth), outcome: random.uniform() < truth ? 1 : 0 };
  });
}

describe("model health", () => {
  it("is good where probabilities come true", () => {
    const [health] = modelHealth(forecasts("honest", 4000, (truth) => truth));
    assert.equal(health.state, "good");
    assert.ok(health.calibrationError! < 0.04);
    assert.ok(health.skill! > 0.2);
    assert.equal(
      health.reliability.reduce((sum, { rows }) => sum + rows, 0),
      4000,
    );
  });

  it("raises the alarm for a model that says too much, and says by how much", () => {
    const [health] = modelHealth(forecasts("anxious", 4000, (truth) => Math.min(1, truth + 0.3)));
    assert.equal(health.state, "alarm");
    assert.match(health.alarm, /off by (2[5-9]|3[0-5])\.\d points/);
  });

  it("raises the alarm for a model that knows less than a constant", () => {
    const [health] = modelHealth(forecasts("contrary", 4000, (truth) => 1 - truth));
    assert.match(health.alarm, /a constant probability would have done better/);
    assert.ok(health.skill! < 0);
  });

  it("raises the alarm for a model whose error has grown beyond chance, and not for chance", () => {
    const honest = forecasts("turned", 4000, (truth) => truth);
    const [steady] = modelHealth(honest);
    assert.ok(steady.drift! > 0.8 && steady.drift! < 1.25, String(steady.drift));
    const turned = honest.map((item) => (item.at < 340 ? item : { ...item, probability: 1 - item.probability }));
    const [health] = modelHealth(turned);
    assert.equal(health.state, "alarm");
    assert.ok(health.drift! > 1.5);
    assert.match(health.alarm, /its error has grown \d\.\d-fold of late/);
  });

  it("says nothing of a model that said little", () => {
    const [health] = modelHealth(forecasts("young", 50, (truth) => 1 - truth));
    assert.deepEqual([health.state, health.calibrationError, health.skill], ["unknown", null, null]);
  });

  it("tells models apart, by name", () => {
    const both = [...forecasts("b", 300, (truth) => truth), ...forecasts("a", 300, (truth) => truth)];
    assert.deepEqual(
      modelHealth(both).map(({ model, judged }) => [model, judged]),
      [
        ["a", 300],
        ["b", 300],
      ],
    );
    assert.deepEqual(modelHealth([]), []);
  });
});
