import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Backtest, backtest, Probabilities, QuantileLoss, whatIf } from "../../../engine/backtest";
import { plannersForecaster } from "../../../engine/backtest/seasonal-forecaster";
import { chooseDevice } from "../../../engine/compute/choose";
import { ModelStore } from "../../../engine/models/store";
import { planConfigSchema } from "../../../engine/planner/request";
import { syntheticCluster } from "../../../engine/synthetic";

const DAY = 86_400;
const END = 1_772_409_600;
const { snapshot, telemetry } = syntheticCluster({ seed: 4, hosts: 3, vms: 12, days: 12, stepMinutes: 60, end: END });
const [cluster] = snapshot.clusters;
const config = planConfigSchema.parse({ horizonHours: 12, historyDays: 5 });

describe("scores of a backtest", () => {
  it("skill is 1 - error / the fallback's", () => {
    const probabilities = new Probabilities();
    probabilities.add(1, 0.5, 1);
    probabilities.add(0.5, 0.5, 0);
    const row = probabilities.row("m", "f");
    assert.equal(row.error, 0.125);
    assert.equal(row.fallbackError, 0.25);
    assert.equal(row.skill, 0.5);
    const loss = new QuantileLoss();
    loss.add(1, 4, 8);
    assert.deepEqual(
      [loss.row("m", "f").error, loss.row("m", "f").fallbackError, loss.row("m", "f").skill],
      [0.25, 1, 0.75],
    );
  });

  it("what was not judged has no figure, and says why", () => {
    const row = new Probabilities().row("m", "f", "too short");
    assert.deepEqual([row.error, row.skill, row.calibrationError, row.because], [null, null, null, "too short"]);
  });
});

describe("the planner's forecasts in a replay", () => {
  const values = (slots: number) => Float64Array.from({ length: slots }, (_, i) => (i % 96 < 48 ? 100 : 300));
  const history = (slots: number) => ({
    grid: { start: END, step: 900, length: slots },
    ids: ["vm"],
    cpuMhz: [values(slots)],
  });

  it("follow the daily cycle, slot by slot", () => {
    const { mean } = plannersForecaster(null).forecast(history(7 * 96 + 40), 16);
    const [first, last] = [mean[0], mean[15]];
    assert.ok(Math.abs(first - 100) < 25 && Math.abs(last - 300) < 25, `${first} ${last}`);
  });

  it("nobody knows the need of a VM with hardly any history", () => {
    assert.ok(plannersForecaster(null).forecast(history(2), 4).mean.every(Number.isNaN));
  });
});

describe("backtest", () => {
  let folder: string;
  let found: Backtest;
  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), "backtest-"));
    // Too short for the forecasters: what fallbacks say is judged all the same.
    const sources = { snapshot, telemetry, asOf: END, days: 3, horizonHours: config.horizonHours };
    found = await backtest(sources, cluster, { config, testDays: 2, folds: 2, store: new ModelStore(folder) });
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const rowOf = (name: string) => found.models.find(({ model }) => model === name)!;

  it("judges every model over all folds, and names the fallback that served", () => {
    const cpu = rowOf("demand/quantile/cpu");
    assert.ok(cpu.judged > 0 && cpu.error! > 0 && cpu.error! < 1, JSON.stringify(cpu));
    assert.equal(cpu.error, cpu.fallbackError, "the fallback served");
    assert.equal(cpu.fallback, "seasonal-baseline");
    const failures = rowOf("failure/host");
    assert.equal(failures.judged, 4 * snapshot.hosts.length);
    assert.match(rowOf("profile/requests").because, /no history of requests/);
    assert.equal(found.from, END - 2 * DAY);
  });

  it("replays the newest fold under three hands; nobody moves nothing", async () => {
    const size = { vms: 12, hosts: 3, resources: 2, slots: 12 };
    const { device } = await chooseDevice("plain", size, { calls: 1 });
    const outcomes = await whatIf(snapshot, cluster, telemetry, {
      ...{ from: found.from, until: END, historyDays: 5, stepSeconds: 3600, everySeconds: 4 * 3600 },
      ...{ config, forecaster: null, device },
    });
    assert.equal(outcomes.asItWas.moves, 0);
    assert.equal(outcomes.planned.decisions, 12);
    for (const { hostMinutes } of Object.values(outcomes)) assert.equal(hostMinutes, 3 * 2 * 24 * 60);
  });
});
