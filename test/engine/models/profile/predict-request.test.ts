import assert from "node:assert/strict";
import { histogramModel, predictRequest, predictRequests } from "../../../../engine/models/profile";
import { cron, ORIGIN, poisson, record } from "./histories";

const DAYS = 6;
const history = [...cron("clock", 30, 0, DAYS), ...poisson("noise", 0.02, DAYS, 7)].map((event) => record(event));
const asOf = ORIGIN + DAYS * 86_400;
const byUser = histogramModel("user", "a test");

describe("the next request of one asker", () => {
  it("is as likely as it is among all", () => {
    for (const { key, probability } of predictRequests(history, asOf, { model: byUser, hosts: [] })) {
      const alone = predictRequest(history, { user: key }, asOf, { model: byUser })!.probability;
      assert.ok(Math.abs(alone - probability) < 1e-12, `${key}: ${alone}, ${probability}`);
    }
  });

  it("is the likelier the further one looks, and sure where it comes by the clock", () => {
    // A minute after its last request.
    const at = asOf - 1800 + 60;
    const within = (windows: number) =>
      predictRequest(history, { user: "clock" }, at, { model: byUser, windows })!.probability;
    const steps = [1, 2, 4, 7].map(within);
    assert.deepEqual([...steps].sort(), steps);
    assert.ok(steps[0] < 0.1, `${steps[0]} in the window after its request`);
    assert.ok(steps[3] > 0.9, `${steps[3]} within the next half hour`);
  });

  it("of several windows agrees with how often an even stream asks in them", () => {
    const even = poisson("even", 0.03, 30, 3).map((event) => record(event));
    const end = ORIGIN + 30 * 86_400;
    const { probability } = predictRequest(even, { user: "even" }, end, { model: byUser, windows: 4 })!;
    assert.ok(Math.abs(probability - (1 - 0.97 ** 20)) < 0.08, String(probability));
  });

  it("looks at nothing that happens later", () => {
    const before = history.filter(({ start }) => start < asOf - 3600);
    const ask = (records: typeof history) =>
      predictRequest(records, { application: "query" }, asOf - 3600, { model: histogramModel("application", "") });
    assert.deepEqual(ask(history), ask(before));
  });

  it("is unknown for who has asked in fewer than two windows", () => {
    const once = [...history, record({ start: asOf - 600, user: "new" })];
    assert.equal(predictRequest(once, { user: "new" }, asOf, { model: byUser }), null);
    assert.equal(predictRequest(once, { user: "stranger" }, asOf, { model: byUser }), null);
  });

  it("is refused to a model of another key", () => {
    assert.throws(() => predictRequest(history, { application: "job" }, asOf, { model: byUser }), RangeError);
    assert.throws(() => predictRequest(history, {}, asOf, { model: byUser }), RangeError);
  });
});
