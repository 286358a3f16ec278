import assert from "node:assert/strict";
import { expectedCalibrationError } from "../../../../engine/models/learning/metrics";
import {
  type RequestModel,
  RequestForecaster,
  buildLog,
  fitRequests,
  judgePreparations,
  NO_PREPARATIONS,
  outcomesOf,
  planPreparations,
  predictRequests,
  preparationThreshold,
  requestModelSchema,
  requestRecordSchema,
  requestUsage,
  spanOf,
} from "../../../../engine/models/profile";
import { ORIGIN, cron, poisson, record, sessions } from "./histories";

const HOUR = 3600;
const DAY = 86_400;
const boosting = { trees: 40, learningRate: 0.2, minChildSamples: 20, leaves: 15 };

describe("request model", () => {
  const events = [
    ...[1, 2, 3].flatMap((i) => sessions(`person${i}`, 10, i)),
    ...cron("clock", 30, 2, 10),
    ...poisson("service", 0.03, 10, 9),
  ];
  const log = buildLog(events);
  let model: RequestModel;

  before(() => {
    model = fitRequests(log, { key: "user", until: Math.floor(ORIGIN / 300) + 8 * 288, boosting });
  });

  it("beats the histogram on held-out history where habits go beyond gaps, and says by how much", () => {
    assert.equal(model.method, "boosted trees");
    assert.ok(model.header.skill);
    assert.ok(model.header.skill.value > model.header.skill.baseline.value + 0.01);
    assert.equal(model.header.skill.baseline.name, "idle-time histogram");
  });

  it("learned nothing from what came after its training", () => {
    const until = Math.floor(ORIGIN / 300) + 8 * 288;
    assert.ok(model.header.trainedUntil < until * 300);
    const past = events.filter(({ start }) => start < until * 300);
    const again = fitRequests(buildLog(past), { key: "user", until, boosting });
    assert.deepEqual(again, model);
  });

  it("is calibrated on the days after, and nearly sure of a clock", () => {
    const from = Math.floor(ORIGIN / 300) + 8 * 288;
    const { to } = spanOf(log);
    const subjects = log.users.map((_, user) => ({ user, application: null }));
    const outcomes = outcomesOf(log, subjects, { from, to });
    const forecaster = new RequestForecaster(model, log);
    const predictions = new Float64Array(outcomes.length);
    const clock = log.users.indexOf("clock");
    for (let window = from; window < to; window++) {
      const now = forecaster.update(window).predict(subjects);
      now.forEach((p, i) => (predictions[i * (to - from) + window - from] = p));
      const due = (window - from) % 6 === 0;
      assert.ok(due ? now[clock] > 0.8 : now[clock] < 0.1, `clock ${now[clock]} in window ${window - from}`);
    }
    const error = expectedCalibrationError(predictions, outcomes);
    assert.ok(error < 0.03, `ECE ${error}`);
  });

  it("survives its file, and another version or other features do not", () => {
    const read = requestModelSchema.parse(JSON.parse(JSON.stringify(model)));
    assert.deepEqual(read, model);
    const older = { ...model, header: { ...model.header, version: 99 } };
    assert.match(String(requestModelSchema.safeParse(older).error), /train it anew/);
    const others = { ...model, trees: model.trees && { ...model.trees, features: model.trees.features.slice(1) } };
    assert.match(String(requestModelSchema.safeParse(others).error), /other features/);
  });

  it("tells what spoke for a request", () => {
    const forecaster = new RequestForecaster(model, log).update(Math.floor(ORIGIN / 300) + 9 * 288);
    const [first] = forecaster.explain({ user: log.users.indexOf("clock"), application: null });
    assert.ok(first.logOdds > 0, "a clock is due");
    assert.match(first.feature, /azard|every|onset|context/);
  });

  it("falls back by name where the history is short, or chance has no habits", () => {
    const short = fitRequests(buildLog(cron("clock", 15, 0, 2)), { key: "user" });
    assert.equal(short.method, "idle-time histogram");
    assert.match(short.reason, /less than 4 days/);
    const noise = fitRequests(buildLog(["a", "b", "c"].flatMap((user) => poisson(user, 0.05, 8, 4))), {
      key: "user",
      boosting: { ...boosting, trees: 20 },
    });
    const { skill } = noise.header;
    assert.ok(skill);
    assert.equal(noise.method === "boosted trees", skill.value > skill.baseline.value);
    assert.ok(skill.value < 0.05, "chance cannot be foreseen");
    assert.deepEqual(requestModelSchema.parse(JSON.parse(JSON.stringify(short))), short);
    const [prediction] = predictRequests(
      cron("clock", 15, 0, 2).map(({ start, end, user, application }) => record({ start, end, user, application })),
      ORIGIN + 2 * DAY,
      { model: short, hosts: ["a"] },
    );
    assert.ok(prediction.probability > 0.95, "the histogram answers");
  });
});

describe("request predictions", () => {
  const history = [
    ...cron("clock", 15, 2, 3).map((event) => record({ ...event, volumeMb: 40 })),
    ...cron("daily", 1440, 700, 3).map((event) =>
      record({ ...event, host: "a", expectedPerformance: 1, actualPerformance: 2 }),
    ),
  ];
  const model = fitRequests(buildLog(history), { key: "user" });
  const query = { model, hosts: ["a", "b"] };

  it("are for the five minutes from any minute on", () => {
    const at = (minute: number) =>
      predictRequests(history, ORIGIN + 2 * DAY + 60 * minute, query).find(({ key }) => key === "clock")?.probability ??
      -1;
    for (const minute of [13, 14, 15, 16, 17]) assert.ok(at(minute) > 0.9, `minute ${minute}: ${at(minute)}`);
    for (const minute of [3, 7, 11, 12]) assert.ok(at(minute) < 0.1, `minute ${minute}: ${at(minute)}`);
  });

  it("do not look beyond asOf", () => {
    const asOf = ORIGIN + 2 * DAY + 7 * HOUR;
    const past = history.filter(({ start }) => start < asOf);
    assert.deepEqual(predictRequests(history, asOf, query), predictRequests(past, asOf, query));
  });

  it("bring the preferred hosts and the volume to expect", () => {
    const predictions = predictRequests(history, ORIGIN + 3 * DAY, query);
    assert.deepEqual(
      predictions.map(({ key }) => key),
      ["clock", "daily"],
    );
    assert.equal(predictions[0].expectedVolumeMb, 40);
    assert.equal(predictions[1].expectedVolumeMb, null);
    assert.equal(predictions[1].preferredHosts[0].host, "a");
    assert.ok(predictions[1].preferredHosts[0].score > 0.5);
  });

  it("name usage by its peak hours", () => {
    const usage = requestUsage(history, "user", ORIGIN + 3 * DAY);
    assert.deepEqual(usage.get("daily")?.peakHours, [11]);
    assert.equal(usage.get("daily")?.requests, 3);
    assert.equal(usage.get("clock")?.readShare, null);
  });

  it("refuse a record that ends before it starts", () => {
    assert.equal(requestRecordSchema.safeParse({ start: 5, end: 4, user: "a", application: "b" }).success, false);
  });
});

describe("preparations", () => {
  const hosts = [
    { host: "a", score: 0.8, evidence: 3 },
    { host: "b", score: 0.6, evidence: 3 },
  ];
  const prediction = (key: string, probability: number) => ({
    key,
    probability,
    preferredHosts: hosts,
    expectedVolumeMb: null,
  });

  it("are made above the threshold, on the best hosts", () => {
    const plan = planPreparations([prediction("x", 0.71), prediction("y", 0.7)], { hostCount: 1 });
    assert.deepEqual(plan, [{ key: "x", probability: 0.71, hosts: ["a"], expectedVolumeMb: null }]);
  });

  it("pay from the probability at which a cold start costs as much as waste", () => {
    assert.equal(preparationThreshold({ coldStart: 3, waste: 1 }), 0.25);
    assert.throws(() => preparationThreshold({ coldStart: 0, waste: 0 }), RangeError);
  });

  it("are judged by cold starts and false positives", () => {
    const first = judgePreparations(NO_PREPARATIONS, new Set(["x", "y"]), new Set(["y", "z"]));
    assert.deepEqual(first, { requests: 2, coldStarts: 1, prepared: 2, falsePositives: 1 });
    assert.deepEqual(judgePreparations(first, new Set(), new Set(["x"])), { ...first, requests: 3, coldStarts: 2 });
  });
});
