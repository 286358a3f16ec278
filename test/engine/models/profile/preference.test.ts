import assert from "node:assert/strict";
import fc from "fast-check";
import { affinityProfileSchema } from "../../../../engine/models/affinity-profile";
import { HostPreferences } from "../../../../engine/models/profile";
import { ORIGIN, record } from "./histories";

const DAY = 86_400;
const served = (host: string, ratio: number, day = 0) =>
  record({
    start: ORIGIN + day * DAY,
    end: ORIGIN + day * DAY,
    host,
    expectedPerformance: 10,
    actualPerformance: 10 * ratio,
  });

const scoreOf = (preferences: HostPreferences, host: string, asOf = ORIGIN, hosts = ["good", "bad", "new"]) => {
  const found = preferences.scores("anna", hosts, asOf).find((entry) => entry.host === host);
  assert.ok(found);
  return found.score;
};

describe("host preferences", () => {
  it("are ratio / (1 + ratio) once the evidence outweighs what it is drawn towards", () => {
    const preferences = new HostPreferences("user", { shrinkage: 0.001 });
    preferences.update([served("good", 2), served("bad", 0.5)], ORIGIN);
    assert.ok(Math.abs(scoreOf(preferences, "good") - 2 / 3) < 1e-3);
    assert.ok(Math.abs(scoreOf(preferences, "bad") - 1 / 3) < 1e-3);
  });

  it("draw a host towards its class, the class towards all, and all towards as expected", () => {
    // One observation of log 2, shrinkage 1: all 0.5 log 2, the class 0.75 log 2, the host 0.875 log 2.
    const preferences = new HostPreferences("user", { shrinkage: 1 });
    preferences.update([served("good", 2)], ORIGIN);
    const ratio = (score: number) => score / (1 - score);
    assert.ok(Math.abs(ratio(scoreOf(preferences, "good")) - 2 ** 0.875) < 1e-9);
    assert.ok(Math.abs(ratio(scoreOf(preferences, "new")) - 2 ** 0.75) < 1e-9);
    const classes = new HostPreferences("user", { shrinkage: 1, hostClass: new Map([["new", "other"]]) });
    classes.update([served("good", 2)], ORIGIN);
    assert.ok(Math.abs(ratio(scoreOf(classes, "new")) - 2 ** 0.5) < 1e-9);
  });

  it("fall when a host serves worse than expected, the more the newer that is", () => {
    const old = Array.from({ length: 30 }, () => served("good", 1.5));
    const preferences = new HostPreferences("user").update(old, ORIGIN);
    const before = scoreOf(preferences, "good", ORIGIN + 60 * DAY);
    preferences.update([served("good", 0.5, 60)], ORIGIN + 60 * DAY);
    const after = scoreOf(preferences, "good", ORIGIN + 60 * DAY);
    assert.ok(after < before - 0.01, `${after} after ${before}`);
    const young = new HostPreferences("user").update([...old, served("good", 0.5)], ORIGIN);
    assert.ok(scoreOf(young, "good") > after);
  });

  it("are 0.5 without evidence, and say so", () => {
    const preferences = new HostPreferences("user");
    preferences.update(
      [record({ start: ORIGIN, end: ORIGIN, host: "good", expectedPerformance: 10 }), record({ start: ORIGIN })],
      ORIGIN,
    );
    assert.equal(scoreOf(preferences, "good"), 0.5);
    assert.equal(preferences.profile("anna", ["good"], ORIGIN).historicalData, null);
    assert.match(preferences.explain("anna", "good", ORIGIN), /nothing of anna that was measured/);
  });

  it("leave out what had not ended", () => {
    const preferences = new HostPreferences("user").update([served("good", 2, 1)], ORIGIN);
    assert.equal(scoreOf(preferences, "good"), 0.5);
  });

  it("lie between 0 and 1 and do not depend on the order of the requests", () => {
    const observation = fc.record({
      host: fc.constantFrom("good", "bad"),
      ratio: fc.double({ min: 0, max: 1e6, noNaN: true }),
      day: fc.integer({ min: 0, max: 20_000 }),
    });
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 20 }), (list) => {
        const records = list.map(({ host, ratio, day }) => served(host, ratio, day));
        const asOf = ORIGIN + 20_000 * DAY;
        const forward = new HostPreferences("user").update(records, asOf);
        const backward = new HostPreferences("user").update([...records].reverse(), asOf);
        for (const host of ["good", "bad", "new"]) {
          const score = scoreOf(forward, host, asOf);
          assert.ok(score > 0 && score < 1);
          assert.ok(Math.abs(score - scoreOf(backward, host, asOf)) < 1e-9);
        }
        affinityProfileSchema.parse(forward.profile("anna", ["good", "bad"], asOf));
      }),
    );
  });

  it("tell in a sentence what a score rests on", () => {
    const preferences = new HostPreferences("user").update([served("good", 2), served("good", 2)], ORIGIN);
    assert.match(
      preferences.explain("anna", "good", ORIGIN),
      /good served anna 2\.00 times .* 2\.0 recent observations/,
    );
  });
});
