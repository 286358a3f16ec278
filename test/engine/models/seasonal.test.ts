import assert from "node:assert/strict";
import fc from "fast-check";
import { hourOfWeek } from "../../../engine/models/demand/model";
import { weeklyProfile } from "../../../engine/models/demand/profile";
import { MIN_SAMPLES, type SeasonalFit, seasonalBaseline } from "../../../engine/models/demand/seasonal";
import { trendPerHour } from "../../../engine/models/demand/trend";
import { createRandom } from "../../../engine/random";

/** A Monday 00:00 UTC: 2026-01-05. */
const MONDAY = Date.UTC(2026, 0, 5) / 3_600_000;
const WEEK = 168;

const series = (hours: number, at: (i: number) => number) => Float64Array.from({ length: hours }, (_, i) => at(i));

function fit(values: Float64Array): SeasonalFit {
  const fitted = seasonalBaseline.fit({ values, firstHour: MONDAY });
  assert.ok(fitted);
  return fitted;
}

function predict(values: Float64Array, hours = 24) {
  const mean = new Float64Array(hours);
  const variance = new Float64Array(hours);
  seasonalBaseline.predict(fit(values), MONDAY + values.length, hours, mean, variance, 0);
  return { mean, variance };
}

function meanAbsoluteError(forecast: Float64Array, truth: (i: number) => number): number {
  return forecast.reduce((sum, value, i) => sum + Math.abs(value - truth(i)), 0) / forecast.length;
}

describe("the seasonal baseline", () => {
  const day = (i: number) => 1000 + 600 * Math.sin((2 * Math.PI * (i % 24)) / 24);

  it("counts the hours of the week from Monday", () => {
    assert.equal(hourOfWeek(MONDAY), 0);
    assert.equal(hourOfWeek(MONDAY + 5 * 24 + 3), 123);
  });

  it("recovers a daily cycle", () => {
    const { mean } = predict(series(2 * WEEK, day));
    assert.ok(meanAbsoluteError(mean, (i) => day(2 * WEEK + i)) < 1);
  });

  it("recovers a daily cycle from noise, better than the mean and than yesterday", () => {
    const random = createRandom(1);
    const values = series(2 * WEEK, (i) => day(i) + 200 * random.normal());
    const truth = (i: number) => day(2 * WEEK + i);
    const error = meanAbsoluteError(predict(values).mean, truth);
    const average = values.reduce((a, b) => a + b) / values.length;
    assert.ok(error < 0.5 * meanAbsoluteError(values.slice(-24), truth), `error ${error}`);
    assert.ok(error < 0.25 * meanAbsoluteError(new Float64Array(24).fill(average), truth), `error ${error}`);
  });

  it("tells weekends from weekdays", () => {
    const office = (i: number) => (i % WEEK < 120 && i % 24 >= 8 && i % 24 < 18 ? 2000 : 200);
    const { mean } = predict(series(2 * WEEK, office), WEEK);
    assert.ok(meanAbsoluteError(mean, office) < 20);
  });

  it("keeps a job that runs once a week", () => {
    const weekly = (i: number) => (i % WEEK >= 50 && i % WEEK < 53 ? 5000 : 100);
    const { mean } = predict(series(4 * WEEK, weekly), WEEK);
    assert.ok(mean[51] > 4000, `during the job ${mean[51]}`);
    assert.ok(mean[27] < 200, `the day before ${mean[27]}`);
  });

  it("stays flat where there is nothing but noise", () => {
    const random = createRandom(2);
    const profile = weeklyProfile(
      series(2 * WEEK, () => 1000 + 100 * random.normal()),
      MONDAY,
    );
    // Raw means per hour of the week would scatter by 100 / sqrt(2).
    const spread = Math.sqrt(profile.reduce((sum, value) => sum + (value - 1000) ** 2, 0) / WEEK);
    assert.ok(spread < 30, `spread ${spread}`);
  });

  it("doesn't let a burst move the mean, and lets it widen the variance", () => {
    const burst = series(2 * WEEK, (i) => (i === 200 ? 50_000 : day(i)));
    const calm = predict(series(2 * WEEK, day));
    const shaken = predict(burst);
    assert.ok(meanAbsoluteError(shaken.mean, (i) => calm.mean[i]) < 60);
    const hour = 200 % 24;
    assert.ok(shaken.variance[hour] > 100 * (calm.variance[hour] + 1));
  });

  it("reads gaps as nothing, not as zero", () => {
    const whole = predict(series(2 * WEEK, day)).mean;
    const holes = series(2 * WEEK, (i) => ((i * 7919) % 10 < 4 || (i > 60 && i < 100) ? Number.NaN : day(i)));
    assert.ok(meanAbsoluteError(predict(holes).mean, (i) => whole[i]) < 15);
  });

  it("refuses to learn from less than a day", () => {
    const values = series(2 * WEEK, (i) => (i < MIN_SAMPLES - 1 ? day(i) : Number.NaN));
    assert.equal(seasonalBaseline.fit({ values, firstHour: MONDAY }), null);
    assert.equal(seasonalBaseline.fit({ values: new Float64Array(0), firstHour: MONDAY }), null);
    values[MIN_SAMPLES] = 1000;
    assert.ok(seasonalBaseline.fit({ values, firstHour: MONDAY }));
  });

  it("carries on a shift of the level that came lately", () => {
    const random = createRandom(3);
    const steps = (i: number) => 300 * Math.floor(i / 72) + 20 * random.normal();
    const values = series(2 * WEEK, steps);
    const level = values.slice(-24).reduce((a, b) => a + b) / 24;
    const average = values.reduce((a, b) => a + b) / values.length;
    const { mean } = predict(values);
    assert.ok(Math.abs(mean[12] - level) < 0.6 * Math.abs(average - level), `forecast ${mean[12]}, level ${level}`);
  });

  it("gives finite, non-negative forecasts for any series", () => {
    const sample = fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: Number.NaN, freq: 4 });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 400 }), (list) => {
        const fitted = seasonalBaseline.fit({ values: Float64Array.from(list), firstHour: MONDAY });
        const enough = list.filter((value) => !Number.isNaN(value)).length >= MIN_SAMPLES;
        assert.equal(fitted !== null, enough);
        if (!fitted) return;
        const mean = new Float64Array(WEEK);
        const variance = new Float64Array(WEEK);
        seasonalBaseline.predict(fitted, MONDAY + list.length, WEEK, mean, variance, 0);
        assert.ok(mean.every((value) => Number.isFinite(value) && value >= 0));
        assert.ok(variance.every((value) => Number.isFinite(value) && value >= 0));
      }),
    );
  });

  it("scales with its unit", () => {
    const random = createRandom(4);
    const values = series(2 * WEEK, (i) => day(i) * Math.exp(0.2 * random.normal()));
    const once = predict(values);
    const scaled = predict(values.map((value) => value * 1024));
    once.mean.forEach((value, i) => assert.ok(Math.abs(scaled.mean[i] / 1024 - value) < 1e-6 * value));
    once.variance.forEach((value, i) => assert.ok(Math.abs(scaled.variance[i] / 1024 ** 2 - value) < 1e-6 * value));
  });

  it("explains itself in the unit", () => {
    assert.match(
      seasonalBaseline.explain(fit(series(2 * WEEK, day)), "MHz"),
      /^4\d\d to 1[56]\d\d MHz over the week, no trend/,
    );
  });
});

describe("the trend", () => {
  it("finds growth under a weekly cycle", () => {
    const random = createRandom(5);
    const growing = series(4 * WEEK, (i) => 1000 + 0.5 * i - (i % WEEK >= 120 ? 500 : 0) + 20 * random.normal());
    assert.ok(Math.abs(trendPerHour(growing) - 0.5) < 0.05);
  });

  it("takes neither weekends, nor noise, nor a short history for growth", () => {
    const random = createRandom(6);
    assert.equal(trendPerHour(series(3 * WEEK, (i) => (i % WEEK >= 120 ? 0 : 1000))), 0);
    assert.equal(trendPerHour(series(2 * WEEK, () => 1000 + 300 * random.normal())), 0);
    assert.equal(trendPerHour(series(WEEK + 160, (i) => i)), 0);
  });

  it("carries the level at most a quarter further", () => {
    const { mean } = predict(
      series(2 * WEEK, (i) => 10 * i),
      WEEK,
    );
    const top = 10 * 2 * WEEK;
    assert.ok(mean.at(-1)! > top && mean.at(-1)! < 1.6 * top, `${mean.at(-1)}`);
  });
});
