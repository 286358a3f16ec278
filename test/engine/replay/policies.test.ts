import assert from "node:assert/strict";
import { openPlainDevice } from "../../../engine/compute/devices/plain";
import { DemandForecaster, fitDemandForecaster, momentsOf, rhythmOf } from "../../../engine/models/demand/quantile";
import {
  idlePolicy,
  lastValue,
  levelForecaster,
  plannedPolicy,
  recordedBefore,
  recordedFuture,
  replay,
  thresholdPolicy,
  trainedForecaster,
  type VmSelection,
} from "../../../engine/replay";
import { demandOf, noisyDemand, smallCluster } from "./cluster";

const device = openPlainDevice();
const planned = (name: string, forecaster = levelForecaster(288)) =>
  plannedPolicy({ name, device, forecaster, horizon: 12 });

/** Three hosts of which the first has twice its part of twelve VMs. */
const lopsided = () =>
  smallCluster({
    hosts: 3,
    vms: Array.from({ length: 12 }, (_, v) => ({ host: v < 8 ? 0 : 1 + (v % 2), memoryMb: 4096 })),
  });

describe("replayed policies", () => {
  it("relieve a host that is always asked for too much", async () => {
    const demand = demandOf(96, (v, slot) => 3000 + ((v * 7 + slot * 5) % 11) * 20, 12);
    const options = { from: 36, every: 3 };
    const idle = await replay(lopsided(), demand, idlePolicy, options);
    assert.equal(idle.overloadMinutes, 60 * 5);
    const selections: VmSelection[] = ["minimumMigrationTime", "fewestMoves", "greatest"];
    const policies = [
      ...selections.map((selection) => thresholdPolicy({ threshold: 0.85, selection })),
      planned("ours"),
      planned("oracle", recordedFuture(demand)),
      planned("last", lastValue),
    ];
    for (const policy of policies) {
      const outcome = await replay(lopsided(), demand, policy, options);
      assert.ok(outcome.overloadMinutes < 5, policy.name);
      assert.ok(outcome.moves >= 2 && outcome.moves <= 5, `${policy.name}: ${outcome.moves} moves`);
      assert.equal(outcome.returns, 0, policy.name);
    }
  });

  it("leave a cluster alone that has room everywhere", async () => {
    const cluster = smallCluster({
      hosts: 4,
      vms: Array.from({ length: 12 }, (_, v) => ({ host: v % 4, memoryMb: 4096 })),
    });
    const demand = demandOf(72, (v, slot) => 2000 + ((v * 13 + slot * 7) % 17) * 60, 12);
    for (const policy of [planned("ours"), thresholdPolicy({ threshold: 0.85, selection: "fewestMoves" })])
      assert.equal((await replay(cluster, demand, policy, { from: 36, every: 3 })).moves, 0, policy.name);
  });

  it("don't answer a burst that is over with a move, where there is a forecast", async () => {
    // Every VM of host 0 bursts for one slot in turn; on average there is room.
    const cluster = smallCluster({
      hosts: 2,
      vms: Array.from({ length: 8 }, (_, v) => ({ host: v % 2, memoryMb: 4096 })),
    });
    const demand = demandOf(96, (v, slot) => (v === 0 && slot % 24 === 23 ? 14_000 : 2000), 8);
    const options = { from: 48, every: 3 };
    const ours = await replay(cluster, demand, planned("ours"), options);
    const reactive = await replay(
      cluster,
      demand,
      thresholdPolicy({ threshold: 0.85, selection: "fewestMoves" }),
      options,
    );
    assert.equal(ours.moves, 0);
    assert.ok(reactive.moves > 0);
  });

  it("are the same again with the same demand", async () => {
    const demand = noisyDemand(72, 12, 5);
    const outcome = () => replay(lopsided(), demand, planned("ours"), { from: 36, every: 3 });
    assert.deepEqual(await outcome(), await outcome());
  });
});

describe("forecasts of a replay", () => {
  it("tell noise about a level from levels that last", () => {
    const noise = noisyDemand(240, 40, 7);
    const { mean, variance } = levelForecaster(288).forecast(noise, 12);
    let ratios = 0;
    noise.cpuMhz.forEach((values, v) => {
      const level = values.reduce((a, b) => a + b, 0) / values.length;
      assert.ok(Math.abs(mean[v * 12] - level) < 0.15 * level);
      const ratio = variance[v * 12] / (values.reduce((sum, value) => sum + (value - level) ** 2, 0) / values.length);
      assert.ok(ratio > 0.4 && ratio < 2.5, `${ratio}`);
      ratios += ratio / 40;
    });
    assert.ok(ratios > 0.85 && ratios < 1.2, `${ratios}`);
    // VMs that change their level at random instants and then keep it: the newest is what counts.
    const steps = demandOf(240, (v, slot) => ((Math.floor((slot + 17 * v) / 60) + v) % 2 === 0 ? 1000 : 5000), 40);
    const forecast = levelForecaster(288).forecast(recordedBefore(steps, 230), 1);
    let close = 0;
    steps.cpuMhz.forEach((values, v) => (close += Number(Math.abs(forecast.mean[v] - values[229]) < 800)));
    assert.ok(close >= 36, `${close} of 40`);
  });

  it("know of a VM only what there is: NaN without a sample, the newest value with few", () => {
    const demand = demandOf(48, (v, slot) => (v === 0 || (v === 1 && slot < 45) ? Number.NaN : 700), 3);
    const { mean } = levelForecaster(288).forecast(demand, 2);
    assert.ok(Number.isNaN(mean[0]));
    assert.equal(mean[2], 700);
    assert.equal(mean[4], 700);
    assert.ok(Number.isNaN(lastValue.forecast(demand, 2).mean[0]));
  });

  it("are the trained forecaster's where it serves a VM and has history enough, else the fallback's", () => {
    const rhythm = rhythmOf(3600, 6);
    const values = (v: number, slots: number) =>
      Float64Array.from({ length: slots }, (_, slot) => 1000 + 500 * Math.sin((slot * Math.PI) / 12) + 10 * v);
    const series = [0, 1, 2].map((v) => ({ id: `vm-${v}`, start: 0, values: values(v, 480), until: 480 }));
    const file = fitDemandForecaster(series, rhythm, { boosting: { trees: 5 } })!;
    const all = { model: 1, baseline: 2 };
    const served = { "vm-0": all, "vm-1": { model: 2, baseline: 1 }, "vm-2": all };
    const trained = new DemandForecaster({ ...file, series: served });
    const history = {
      grid: { start: 0, step: 3600, length: 240 },
      ids: ["vm-0", "vm-1", "vm-2"],
      cpuMhz: [values(0, 240), values(1, 240), values(2, 240).fill(Number.NaN, 0, 200)],
    };
    const [own, other] = [trainedForecaster(trained, lastValue).forecast(history, 6), lastValue.forecast(history, 6)];
    const quantiles = trained.forecast(history.cpuMhz[0]);
    assert.equal(own.mean[2], momentsOf(quantiles, 18).mean);
    assert.notEqual(own.mean[2], other.mean[2]);
    assert.deepEqual([...own.mean.slice(6)], [...other.mean.slice(6)]);
    const elsewhere = { ...history, grid: { ...history.grid, step: 300 } };
    assert.deepEqual(trainedForecaster(trained, lastValue).forecast(elsewhere, 6), other);
  });

  it("of the oracle are what was recorded after the history", () => {
    const demand = noisyDemand(48, 3, 2);
    const { mean } = recordedFuture(demand).forecast(recordedBefore(demand, 40, 10), 12);
    for (let slot = 0; slot < 8; slot++) assert.equal(mean[12 + slot], demand.cpuMhz[1][40 + slot]);
    assert.ok(Number.isNaN(mean[12 + 8]));
  });
});
