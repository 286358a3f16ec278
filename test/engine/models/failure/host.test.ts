import assert from "node:assert/strict";
import {
  hostEventLog,
  fitHostModel,
  parseHostModel,
  predictHosts,
  updateHostModel,
} from "../../../../engine/models/failure";
import { HOST_FEATURES, HostFeatures } from "../../../../engine/models/failure/host/features";
import { failsWithin, hostRows } from "../../../../engine/models/failure/host/rows";
import { DAY, lemonLog, placesOfRacks } from "./logs";

const daysFrom = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => (from + i) * DAY);

describe("host events", () => {
  const places = placesOfRacks(1, 2);
  it("are sorted, and those of other hosts left out", () => {
    const log = hostEventLog(places, [
      { host: "h1", kind: "failure", at: 20 },
      { host: "elsewhere", kind: "failure", at: 5 },
      { host: "h0", kind: "alarm", at: 10, until: 12, cause: "hardware" },
    ]);
    assert.deepEqual([...log.at], [10, 20]);
    assert.deepEqual([...log.host], [0, 1]);
    assert.ok(Number.isNaN(log.until[1]));
  });

  it("all that is wrong with them is said at once", () => {
    const events = [
      { host: "h0", kind: "explosion", at: 1 },
      { host: "", kind: "failure", at: "noon" },
    ];
    assert.throws(
      () => hostEventLog(places, events),
      (error: { code: string; problems: unknown[] }) => {
        assert.equal(error.code, "HOST_EVENTS_INVALID");
        assert.equal(error.problems.length, 3);
        return true;
      },
    );
    const backwards = [{ host: "h0", kind: "failure", at: 5, until: 4 }];
    assert.throws(() => hostEventLog(places, backwards), { code: "HOST_EVENTS_INVALID" });
  });
});

describe("the model of hosts' failures", () => {
  const log = lemonLog(1, 500);
  const instants = daysFrom(60, 400);
  const model = fitHostModel(log, { instants: () => instants, horizonsSeconds: [DAY, 7 * DAY], seed: 1 })!;

  it("tells lemons from the others, calibrated, within both horizons", () => {
    assert.ok(model.skill!.value > 0.01);
    for (const [horizon, lemon, other] of [
      [DAY, 0.1, 0.01],
      [7 * DAY, 1 - 0.9 ** 7, 1 - 0.99 ** 7],
    ]) {
      const sums = { lemon: 0, other: 0 };
      const days = daysFrom(410, 450);
      for (const day of days)
        predictHosts(model, log, day, horizon).probability.forEach(
          (p, host) => (sums[host < 5 ? "lemon" : "other"] += p / days.length / (host < 5 ? 5 : 35)),
        );
      assert.ok(sums.lemon > 0.55 * lemon && sums.lemon < 1.5 * lemon, `${sums.lemon} for ${lemon}`);
      assert.ok(sums.other > 0.55 * other && sums.other < 1.7 * other, `${sums.other} for ${other}`);
    }
  });

  it("says what raised a host's probability", () => {
    const { probability, evidence } = predictHosts(model, log, 450 * DAY, DAY);
    const worst = probability.indexOf(Math.max(...probability));
    assert.match(evidence[worst], /its own past failures \(odds times \d+\.\d/);
  });

  it("between learned horizons a longer one is likelier", () => {
    const p = [2, 3, 14].map((days) => predictHosts(model, log, 450 * DAY, days * DAY).probability[0]);
    assert.ok(p[0] < p[1] && p[1] < p[2] && p[2] < 1);
  });

  it("update follows the level of the failures", () => {
    const none = { ...log, ...selectBefore(log, 408 * DAY) };
    const calm = updateHostModel(model, none, 500 * DAY);
    const sum = (m: typeof model) => predictHosts(m, none, 500 * DAY, DAY).probability.reduce((a, b) => a + b, 0);
    assert.ok(sum(calm) < 0.8 * sum(model));
    assert.ok(calm.heads[0].drift.observed < 2 && calm.heads[0].drift.expected > 10);
  });

  it("is the same for the same seed, survives JSON, and a damaged file is refused", () => {
    const days = daysFrom(60, 130);
    const fit = () => fitHostModel(log, { instants: () => days, horizonsSeconds: [DAY], seed: 1 });
    assert.equal(JSON.stringify(fit()), JSON.stringify(fit()));
    assert.deepEqual(parseHostModel(JSON.parse(JSON.stringify(model))), model);
    assert.throws(() => parseHostModel({ ...model, heads: [] }), { code: "MODEL_INVALID" });
  });

  it("learns nothing from too few failures", () => {
    const few = selectBefore(log, 20 * DAY);
    assert.equal(fitHostModel({ ...log, ...few }, { instants: () => instants, horizonsSeconds: [DAY], seed: 1 }), null);
  });

  it("its features know only what had happened: later events change nothing", () => {
    const [whole, before] = [log, { ...log, ...selectBefore(log, 200 * DAY) }].map((events) => {
      const features = new HostFeatures(events);
      features.advance(200 * DAY);
      const rows = new Float32Array(log.places.length * HOST_FEATURES.length);
      features.write(200 * DAY, rows);
      return rows;
    });
    assert.deepEqual(whole, before);
  });

  it("rows: outcomes within the horizon, the end left out", () => {
    const times = Float64Array.of(10, 20);
    assert.deepEqual(
      [failsWithin(times, 10, 11), failsWithin(times, 11, 20), failsWithin(times, 20.5, 99)],
      [true, false, false],
    );
    const rows = hostRows(log, [100 * DAY], DAY);
    assert.equal(rows.features.rows, log.places.length);
  });
});

function selectBefore(log: ReturnType<typeof lemonLog>, time: number) {
  const n = log.at.findIndex((at) => at >= time);
  return {
    at: log.at.slice(0, n),
    host: log.host.slice(0, n),
    until: log.until.slice(0, n),
    kind: log.kind.slice(0, n),
    cause: log.cause.slice(0, n),
  };
}
