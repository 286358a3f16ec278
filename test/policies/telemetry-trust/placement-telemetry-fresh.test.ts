import assert from "node:assert/strict";
import { placementTelemetryFresh } from "../../../policies";
import { runPolicy, testPlacement, testVirtualMachine, unknown } from "../../../policies/testing";

const MINUTE = 60;
const now = Math.floor(Date.now() / 1000);
const telemetry = (newest: number | null, coverage = 1) => ({ from: now - 86_400, to: now, newest, coverage });

// One clock for plan and telemetry: the helper's own reads the time of its call.
const made = { asOf: now, confirmedAt: now };

const messages = async (plan: object, config = {}, props = {}) =>
  (await runPolicy(placementTelemetryFresh, [testPlacement("shop", props, { ...made, ...plan })], config)).map(
    (v) => v.message,
  );

describe("policy placement-telemetry-fresh", () => {
  it("passes a plan made just now from fresh telemetry", async () => {
    assert.deepEqual(await messages({}), []);
  });

  it("is mandatory, and names age, limit and remedy", async () => {
    const stale = testPlacement("shop", {}, { ...made, telemetry: telemetry(now - 133 * MINUTE) });
    const [violation, ...others] = await runPolicy(placementTelemetryFresh, [stale]);
    assert.equal(others.length, 0);
    assert.equal(violation.enforcementLevel, "mandatory");
    assert.equal(violation.resource, "shop");
    assert.match(violation.message, /cluster cluster-1 .* is 2 h 13 min older than the plan .* at most 2 h 0 min/);
    assert.match(violation.message, /To fix: bring Telegraf's vSphere input back/);
  });

  it("allows an age of exactly maxAgeMinutes and no more", async () => {
    assert.deepEqual(await messages({ telemetry: telemetry(now - 10 * MINUTE) }, { maxAgeMinutes: 10 }), []);
    assert.equal((await messages({ telemetry: telemetry(now - 10 * MINUTE - 1) }, { maxAgeMinutes: 10 })).length, 1);
  });

  it("passes a plan of last week that today's telemetry confirms", async () => {
    assert.deepEqual(await messages({ asOf: now - 7 * 86_400 }), []);
  });

  it("counts a plan that was never confirmed from its own instant", async () => {
    const asOf = now - 25 * 60 * MINUTE;
    const [message, ...others] = await messages({ asOf, confirmedAt: undefined, telemetry: telemetry(asOf) });
    assert.equal(others.length, 0);
    assert.match(message, /25 h \d+ min ago; at most 24 h 0 min is allowed \(maxPlanAgeMinutes\)/);
  });

  it("finds telemetry that died, though the plan's instant is that of its newest sample", async () => {
    const dead = now - 3 * 86_400;
    const plan = { asOf: dead, confirmedAt: dead, telemetry: telemetry(dead) };
    assert.equal((await messages(plan)).length, 1);
    assert.deepEqual(await messages(plan, { maxPlanAgeMinutes: 0 }), [], "recorded telemetry, said to be so");
  });

  it("refuses a plan without telemetry, unless configured sizes are allowed", async () => {
    const blind = { telemetry: telemetry(null, 0) };
    assert.match((await messages(blind)).join(), /no telemetry at all/);
    assert.deepEqual(await messages(blind, { allowConfiguredSizes: true }), []);
  });

  it("asks for coverage only where configured: new machines have no history", async () => {
    const half = { telemetry: telemetry(now, 0.5) };
    assert.deepEqual(await messages(half), []);
    assert.match((await messages(half, { minCoverage: 0.9 })).join(), /Only 50 % .* at least 90 %/);
    assert.deepEqual(await messages(half, { minCoverage: 0.5 }), []);
  });

  it("leaves an unknown plan to the update", async () => {
    assert.deepEqual(await messages({}, {}, { plan: unknown }), []);
    assert.deepEqual(
      await messages({}, {}, { plan: undefined, cluster: unknown }),
      [],
      "no plan for want of a cluster",
    );
  });

  it("leaves a placement that could not be planned to its own error, and refuses one whose plan it can't read", async () => {
    assert.deepEqual(await messages({}, {}, { plan: undefined }), []);
    const [message] = await messages({ telemetry: "yesterday" });
    assert.match(message, /plan of Placement shop is not valid: 1 problem/);
    assert.match(message, /telemetry: .*expected object/);
  });

  it("refuses an unknown key of its configuration, and lists the known ones", async () => {
    assert.match((await messages({}, { maxAge: 3 })).join(), /Unrecognized key: "maxAge"[^]*maxAgeMinutes/);
  });

  it("doesn't apply to other resources", async () => {
    assert.deepEqual(await runPolicy(placementTelemetryFresh, [testVirtualMachine("web-1", { plan: "none" })]), []);
  });
});
