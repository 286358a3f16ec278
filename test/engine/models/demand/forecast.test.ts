import assert from "node:assert/strict";
import {
  DemandForecaster,
  QUANTILE_LEVELS,
  fitDemandForecaster,
  forecastDemand,
  forecastQuantiles,
  rhythmOf,
  seasonalBaseline,
  trainingSeriesOf,
} from "../../../../engine/models/demand";
import type { HourlyHistory } from "../../../../engine/models/history";
import type { Subject } from "../../../../engine/models/subjects";
import { createRandom } from "../../../../engine/random";

const FIRST_HOUR = Date.UTC(2026, 0, 5) / 3_600_000;
const HOURS = 24 * 21;
const LEVELS = QUANTILE_LEVELS.length;
const MEMORY_MB = 4096;

/** VMs that switch between two levels; the last one has too short a history for the forecaster, not for the baseline. */
function historyOf(vms: number): HourlyHistory {
  const cpu = new Float64Array(vms * HOURS);
  const memory = new Float64Array(vms * HOURS).fill(3000);
  for (let vm = 0; vm < vms; vm++) {
    const random = createRandom(vm, "vm");
    let busy = false;
    for (let hour = 0; hour < HOURS; hour++) {
      if (random.uniform() < 0.04) busy = !busy;
      cpu[vm * HOURS + hour] = (busy ? 2000 : 200) * Math.exp(0.05 * random.normal());
    }
  }
  cpu.fill(Number.NaN, (vms - 1) * HOURS, vms * HOURS - 40);
  return {
    entities: Array.from({ length: vms }, (_, vm) => `vm-${vm}`),
    firstHour: FIRST_HOUR,
    hours: HOURS,
    metrics: { vmCpuMhz: cpu, vmMemoryConsumedMb: memory },
    coverage: { vmCpuMhz: new Float64Array(vms).fill(1) },
  };
}

const subject = (id: string, known: boolean): Subject =>
  ({
    ...{ id, name: id, requested: null, like: null, vcpus: 2, memoryMb: MEMORY_MB, mhzPerCore: 2000, off: false },
    existing: known ? { id } : null,
  }) as Subject;

describe("demand forecasts with a trained forecaster", () => {
  const vms = 9;
  const history = historyOf(vms);
  let forecaster: DemandForecaster;

  before(() => {
    const file = fitDemandForecaster(trainingSeriesOf(history, "vmCpuMhz"), rhythmOf(3600, 24), {
      boosting: { trees: 20, minChildSamples: 20 },
    });
    assert.ok(file);
    const series = { "vm-0": { model: 1, baseline: 2 }, "vm-1": { model: 2, baseline: 1 } };
    forecaster = new DemandForecaster({ ...file, series });
  });

  it("trains on what is there, from each VM's first sample", () => {
    const short = trainingSeriesOf(history, "vmCpuMhz").at(-1);
    assert.equal(short?.values.length, 40);
    assert.equal(short?.start, (FIRST_HOUR + HOURS - 40) * 3600);
    const holes = { ...history, metrics: { vmCpuMhz: history.metrics.vmCpuMhz!.map((v, i) => (i % 2 ? v : NaN)) } };
    assert.deepEqual(trainingSeriesOf(holes, "vmCpuMhz"), []);
  });

  it("serve each VM with the model that was better for it, by name", () => {
    const from = FIRST_HOUR + HOURS;
    const { quantiles, models } = forecastQuantiles(history, "vmCpuMhz", forecaster, from, 30);
    assert.equal(models[0], "demand/quantile");
    assert.equal(models[1], seasonalBaseline.name);
    assert.equal(models[vms - 1], seasonalBaseline.name);
    assert.ok(quantiles.every((value) => Number.isFinite(value)));
    const own = forecaster.forecast(history.metrics.vmCpuMhz!.slice(0, HOURS));
    for (let i = 0; i < own.length; i++) assert.ok(Math.abs(quantiles[i] - own[i]) < 1e-6 * (1 + own[i]));
    assert.deepEqual(
      forecastQuantiles(history, "vmCpuMhz", null, from, 30).models,
      Array.from({ length: vms }, () => seasonalBaseline.name),
    );
  });

  it("give the planner mean and variance of the same quantiles, and quantiles to all", () => {
    const subjects = [...history.entities.map((id) => subject(id, true)), subject("new", false)];
    const from = FIRST_HOUR + HOURS;
    const plain = forecastDemand(subjects, history, from, 24);
    const better = forecastDemand(subjects, history, from, 24, { forecasters: { cpu: forecaster } });
    assert.equal(plain.cpuMhz.quantiles, undefined);
    assert.deepEqual(better.models.slice(0, 2), ["demand/quantile", seasonalBaseline.name]);
    assert.equal(better.models.at(-1), null);
    const { mean, variance, quantiles } = better.cpuMhz;
    assert.ok(quantiles);
    // vm-1 keeps the baseline's numbers; vm-0 doesn't.
    assert.deepEqual(mean.subarray(24, 48), plain.cpuMhz.mean.subarray(24, 48));
    assert.notDeepEqual(mean.subarray(0, 24), plain.cpuMhz.mean.subarray(0, 24));
    for (let slot = 0; slot < mean.length; slot++) {
      const own = quantiles.subarray(slot * LEVELS, (slot + 1) * LEVELS);
      own.forEach((value, level) => assert.ok(level === 0 || value >= own[level - 1]));
      const width = 2 * Math.sqrt(variance[slot]) + 1e-3 * mean[slot] + 1e-6;
      assert.ok(mean[slot] >= own[0] - width && mean[slot] <= own[LEVELS - 1] + width);
    }
    assert.deepEqual(better.memoryMb, plain.memoryMb);
  });
});
