import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type DemandModelFile,
  DemandForecaster,
  QUANTILE_LEVELS,
  type TrainingSeries,
  demandModelFileSchema,
  fillGaps,
  fitDemandForecaster,
  interpolateLevels,
  momentsOf,
  rhythmOf,
  updateDemandForecaster,
} from "../../../../engine/models/demand/quantile";
import { baselineQuantiles } from "../../../../engine/models/demand/quantile/baseline";
import { CANDIDATES, Candidates } from "../../../../engine/models/demand/quantile/candidates";
import { FeatureTable, viewOf } from "../../../../engine/models/demand/quantile/features";
import { meanPinball } from "../../../../engine/models/demand/quantile/judge";
import { Turns } from "../../../../engine/models/demand/quantile/turns";
import { runningMedian } from "../../../../engine/models/demand/quantile/running-median";
import { median } from "../../../../engine/models/statistics";
import { createRandom } from "../../../../engine/random";

const START = Date.UTC(2026, 0, 5) / 1000;
const HOURLY = rhythmOf(3600, 24);
const LEVELS = QUANTILE_LEVELS.length;

/** Hourly VMs that switch between two levels at random and stay there for hours: no cycle to learn, but persistence. */
function switching(seed: number, hours: number): Float64Array {
  const random = createRandom(seed, "switching");
  const size = random.logNormal(1000, 1);
  let busy = false;
  return Float64Array.from({ length: hours }, () => {
    if (random.uniform() < 0.04) busy = !busy;
    return size * (busy ? 1 : 0.1) * Math.exp(0.05 * random.normal());
  });
}

const seriesOf = (count: number, hours: number): TrainingSeries[] =>
  Array.from({ length: count }, (_, i) => {
    return { id: `vm-${i}`, start: START, values: switching(i, hours), until: hours };
  });

const QUICK = { trees: 30, minChildSamples: 20 };

describe("running medians", () => {
  it("equal the median of each window", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 30 }),
        (list, width, from) => {
          const values = Float64Array.from(list);
          const medians = runningMedian(values, width, from);
          for (let t = Math.max(width, from); t <= values.length; t++) {
            assert.equal(medians[t], median(values.subarray(t - width, t)));
          }
        },
      ),
    );
  });
});

describe("medians of the same phase", () => {
  it("equal the median of the turns before, in whatever order slots are asked for", () => {
    const small = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 50 }),
        small,
        small,
        fc.array(fc.nat(), { maxLength: 30 }),
        (list, period, turns, asked) => {
          const values = Float64Array.from(list);
          const medians = new Turns(values, period, turns);
          for (const slot of [...asked.map((n) => n % (list.length + period)), ...list.keys()]) {
            const past = Array.from({ length: turns }, (_, turn) => slot - (turn + 1) * period).filter((at) => at >= 0);
            assert.equal(medians.at(slot), median(past.map((at) => values[at])), `slot ${slot}`);
          }
        },
      ),
      { seed: 3 },
    );
  });
});

describe("simple forecasts", () => {
  it("are judged by what they said at each origin of the past", () => {
    for (const horizon of [2, 4, 24]) {
      const rhythm = rhythmOf(3600, horizon);
      const values = switching(2, 24 * 12);
      const origin = values.length;
      const errors = new Candidates(values, rhythm).pastErrors(origin, 24 * 7);
      const fresh = new Candidates(values, rhythm);
      const sums = new Float64Array(errors.length);
      const counts = new Float64Array(errors.length);
      const said = new Float64Array(CANDIDATES);
      for (let past = origin - 24 * 7; past <= origin - horizon; past++) {
        for (let lead = 0; lead < horizon; lead++) {
          fresh.at(past, lead, said);
          for (let k = 0; k < CANDIDATES; k++) {
            const at = 4 * k + Math.floor((4 * lead) / horizon);
            sums[at] += Math.abs(values[past + lead] - said[k]);
            counts[at]++;
          }
        }
      }
      errors.forEach((error, i) => {
        const expected = counts[i] > 0 ? sums[i] / counts[i] : 0;
        assert.ok(Math.abs(error - expected) <= 1e-9 * (1 + expected), `${horizon}, ${i}: ${error}, ${expected}`);
      });
    }
  });

  it("see nothing of what comes after the origin", () => {
    const past = switching(1, 24 * 10);
    const spoilt = Float64Array.from(past);
    const origin = 24 * 9;
    for (let i = origin; i < spoilt.length; i++) spoilt[i] = 1e9;
    const table = new FeatureTable(HOURLY);
    const leads = Array.from({ length: 24 }, (_, lead) => lead);
    const rowsOf = (values: Float64Array) => {
      const rows = new Float32Array(24 * table.names.length);
      table.write(viewOf(new Candidates(values, HOURLY), origin), leads, rows, new Float64Array(24), 0);
      return rows;
    };
    assert.deepEqual(rowsOf(past), rowsOf(spoilt));
  });

  it("count by their record: the last value for what stays, yesterday for what repeats", () => {
    const shareOf = (values: Float64Array) => {
      const { record } = viewOf(new Candidates(values, HOURLY), values.length);
      return Array.from({ length: CANDIDATES }, (_, k) => record.weights[k * 4 + 3]);
    };
    const random = createRandom(4);
    let level = 100;
    const walk = Float64Array.from({ length: 24 * 14 }, () => (level += 20 * random.normal()));
    const steady = shareOf(walk).slice(0, 4);
    assert.ok(steady.reduce((a, b) => a + b) > 0.5, `levels ${steady}`);
    const daily = Float64Array.from({ length: 24 * 14 }, (_, i) => (i % 24 === 3 ? 5000 : 100) + random.normal());
    const weights = shareOf(daily);
    assert.ok(weights[5] + weights[6] > 0.9, `cycles ${weights[5]} and ${weights[6]}`);
  });
});

describe("the demand forecaster", () => {
  let file: DemandModelFile;
  const train = seriesOf(12, 24 * 30);

  before(() => {
    const fitted = fitDemandForecaster(train, HOURLY, { boosting: QUICK });
    assert.ok(fitted);
    file = fitted;
  });

  it("is nearer the truth than the seasonal baseline on VMs it never saw", () => {
    const forecaster = new DemandForecaster(file);
    const loss = { model: 0, baseline: 0 };
    for (let vm = 100; vm < 130; vm++) {
      const values = switching(vm, 24 * 15);
      const origin = 24 * 14;
      const truth = values.subarray(origin);
      const size = median(values);
      loss.model += meanPinball(forecaster.forecast(values.slice(0, origin)), truth) / size;
      loss.baseline += meanPinball(baselineQuantiles(values, START, origin, HOURLY)!, truth) / size;
    }
    assert.ok(loss.model < 0.9 * loss.baseline, `${loss.model} against ${loss.baseline}`);
  });

  it("covers what it says, and measured that on history it had not learned from", () => {
    assert.ok(file.skill && file.skill.value < file.skill.baseline.value);
    const forecaster = new DemandForecaster(file);
    let within = 0;
    let slots = 0;
    for (let vm = 200; vm < 260; vm++) {
      const values = switching(vm, 24 * 15);
      const forecast = forecaster.forecast(values.slice(0, 24 * 14));
      for (let slot = 0; slot < 24; slot++, slots++) {
        const truth = values[24 * 14 + slot];
        if (truth >= forecast[slot * LEVELS] && truth <= forecast[slot * LEVELS + LEVELS - 1]) within++;
      }
    }
    assert.ok(within / slots > 0.68 && within / slots < 0.92, `coverage ${within / slots}`);
  });

  it("gives ascending, finite, non-negative quantiles for any series, and scales with its unit", () => {
    const forecaster = new DemandForecaster(file);
    const arbitrary = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 72, maxLength: 200 });
    fc.assert(
      fc.property(arbitrary, (list) => {
        const forecast = forecaster.forecast(Float64Array.from(list));
        forecast.forEach((value, i) => {
          assert.ok(Number.isFinite(value) && value >= 0);
          if (i % LEVELS > 0) assert.ok(value >= forecast[i - 1]);
        });
      }),
      { numRuns: 50 },
    );
    const values = switching(7, 24 * 14);
    const once = forecaster.forecast(values);
    forecaster.forecast(values.map((value) => value * 1024)).forEach((value, i) => {
      assert.ok(Math.abs(value / 1024 - once[i]) <= 1e-6 * (1 + once[i]), `${value / 1024} and ${once[i]}`);
    });
  });

  it("forecasts a constant as itself", () => {
    const forecast = new DemandForecaster(file).forecast(new Float64Array(24 * 14).fill(300));
    forecast.forEach((value) => assert.ok(Math.abs(value - 300) < 0.1, `${value}`));
  });

  it("is the same from the same series and seed, and survives its file", () => {
    const short = seriesOf(2, 24 * 20);
    const options = { boosting: { trees: 2, minChildSamples: 20 } };
    const first = fitDemandForecaster(short, HOURLY, options);
    assert.deepEqual(fitDemandForecaster(short, HOURLY, options), first);
    const read = demandModelFileSchema.parse(JSON.parse(JSON.stringify(file)));
    const values = switching(9, 24 * 14);
    assert.deepEqual(new DemandForecaster(read).forecast(values), new DemandForecaster(file).forecast(values));
  });

  it("learns nothing from what lies after `until`", () => {
    const cut = seriesOf(2, 24 * 20).map((one) => ({ ...one, until: 24 * 16 }));
    const spoilt = cut.map((one) => ({ ...one, values: one.values.map((v, i) => (i < 24 * 16 ? v : 1e9)) }));
    const options = { boosting: { trees: 2, minChildSamples: 20 } };
    assert.deepEqual(fitDemandForecaster(spoilt, HOURLY, options), fitDemandForecaster(cut, HOURLY, options));
  });

  it("serves a series where its own history says so, and unknown ones where it is better on the whole", () => {
    const judged = { ...file, series: { good: { model: 1, baseline: 2 }, bad: { model: 2, baseline: 1 } } };
    const forecaster = new DemandForecaster(judged);
    assert.equal(forecaster.serves("good"), true);
    assert.equal(forecaster.serves("bad"), false);
    assert.equal(forecaster.serves("new"), true);
    assert.equal(new DemandForecaster({ ...judged, skill: null }).serves("new"), false);
    const worse = { measure: "m", value: 2, baseline: { name: "b", value: 1 } };
    assert.equal(new DemandForecaster({ ...judged, skill: worse }).serves("new"), false);
  });

  it("refuses short series, foreign features and horizons beyond a day", () => {
    assert.equal(fitDemandForecaster(seriesOf(2, 24 * 3), HOURLY), null);
    assert.equal(fitDemandForecaster([], HOURLY), null);
    assert.throws(() => new DemandForecaster(file).forecast(new Float64Array(24)), RangeError);
    assert.throws(() => new DemandForecaster({ ...file, features: ["other"] }), { code: "MODEL_FEATURES" });
    assert.throws(() => rhythmOf(3600, 25), RangeError);
    assert.throws(() => rhythmOf(3601, 4), RangeError);
    const broken = demandModelFileSchema.safeParse({ ...file, spread: [1], horizon: 0 });
    assert.deepEqual(broken.error?.issues.map(({ path }) => path[0]).sort(), ["horizon", "spread"]);
  });

  it("updates spread and choice on new history, and reports drift", () => {
    const longer = train.map((one, i) => {
      const values = switching(i, 24 * 40);
      return { ...one, values, until: values.length };
    });
    const calm = updateDemandForecaster(file, longer);
    assert.equal(calm.file.trainedUntil, START + 24 * 40 * 3600);
    assert.deepEqual(calm.file.forests, file.forests);
    const wild = longer.map((one) => ({
      ...one,
      values: one.values.map((value, i) => (i < 24 * 30 ? value : i % 2 ? 50 * value : 0)),
    }));
    assert.equal(updateDemandForecaster(file, wild).drifted, true);
    assert.deepEqual(updateDemandForecaster(file, train), { file, drifted: false });
  });

  it("explains itself in the unit", () => {
    assert.match(
      new DemandForecaster(file).explain(switching(3, 24 * 14), "MHz"),
      /^\d+ MHz half way, \d+ to \d+ with 80 %; starts from /,
    );
    const [first, second] = new DemandForecaster(file).importance(2);
    assert.ok(first.share >= second.share && first.share > 0);
  });
});

describe("quantiles", () => {
  it("lie on straight lines between the learned ones", () => {
    const read = interpolateLevels([0.25, 0.5, 0.75], [0, 4, 12], [0.125, 0.25, 0.375, 0.5, 0.625, 0.875]);
    assert.deepEqual(read, [0, 0, 2, 4, 8, 12]);
  });

  it("give back the moments of a normal distribution, and of a skewed one nearly", () => {
    const random = createRandom(1);
    const momentsFrom = (draw: () => number) => {
      const sample = Float64Array.from({ length: 100_000 }, draw).sort();
      const mean = sample.reduce((a, b) => a + b) / sample.length;
      const variance = sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sample.length;
      const quantiles = QUANTILE_LEVELS.map((level) => sample[Math.floor(level * sample.length)]);
      return { truth: { mean, variance }, estimate: momentsOf(quantiles) };
    };
    const normal = momentsFrom(() => 10 + 2 * random.normal());
    assert.ok(Math.abs(normal.estimate.mean - normal.truth.mean) < 0.03);
    assert.ok(Math.abs(normal.estimate.variance / normal.truth.variance - 1) < 0.05);
    const skewed = momentsFrom(() => random.logNormal(10, 0.4));
    assert.ok(Math.abs(skewed.estimate.mean / skewed.truth.mean - 1) < 0.03);
    assert.ok(Math.abs(skewed.estimate.variance / skewed.truth.variance - 1) < 0.25);
  });

  it("fill gaps with what was last known and count them", () => {
    const filled = fillGaps([Number.NaN, 3, Number.NaN, 5]);
    assert.deepEqual([...filled!.values], [3, 3, 5]);
    assert.ok(Math.abs(filled!.coverage - 2 / 3) < 1e-12);
    assert.equal(fillGaps([Number.NaN]), null);
  });
});
