import type { Assessment, DemandForecast } from "../models/assessment";
import { assess } from "../models/assess";
import { QUANTILE_LEVELS, predictContention } from "../models/demand";
import { NORMAL_QUANTILES } from "../models/demand/quantile/baseline";
import { SIGNALS_MODEL, isFailureKind } from "../models/failure";
import { HOUR, type HourlyHistory, rowOf } from "../models/history";
import type { RunOptions } from "../models/progress";
import type { ModelStore } from "../models/store";
import {
  TRAINABLES,
  type TrainingSources,
  type TrainedModels,
  loadModels,
  readTrainingData,
  trainModels,
} from "../models/training";
import { planRequestSchema, type PlanConfig } from "../planner/request";
import type { Cluster } from "../snapshot";
import { type BacktestRow, Probabilities, QuantileLoss, nothing } from "./score";

const DAY = 24 * HOUR;
const LEVELS = QUANTILE_LEVELS.length;

export interface BacktestOptions extends RunOptions {
  readonly config: PlanConfig;
  readonly testDays: number;
  readonly folds: number;
  /** Where the models of each fold are kept while they are needed. */
  readonly store: ModelStore;
}

export interface Backtest {
  readonly models: readonly BacktestRow[];
  /** Those of the newest fold: they know nothing of its days. */
  readonly trained: TrainedModels;
  /** Epoch seconds at which the newest fold begins. */
  readonly from: number;
}

/**
 * Rolling origin on the user's own history: each fold trains on what was before it, then foresees day by day what came,
 * beside the fallbacks. Folds follow each other and end at `asOf`.
 */
export async function backtest(
  sources: TrainingSources,
  cluster: Cluster,
  { config, testDays, folds, store, ...options }: BacktestOptions,
): Promise<Backtest> {
  const { snapshot, telemetry, asOf, days, horizonHours } = sources;
  const truth = await readTrainingData({ ...sources, days: days + testDays * folds }, options);
  const scores = new Scores();
  let trained: TrainedModels | null = null;
  let rows: Awaited<ReturnType<typeof trainModels>> = [];
  const from = asOf - testDays * DAY;
  for (let fold = 0; fold < folds; fold++) {
    const start = asOf - (folds - fold) * testDays * DAY;
    const data = await readTrainingData({ ...sources, asOf: start }, options);
    rows = await trainModels(data, store, { seed: config.seed, ...options });
    trained = await loadModels(store, { events: sources.events?.filter(({ at }) => at < start) });
    for (let at = start; at + horizonHours * HOUR <= start + testDays * DAY; at += DAY) {
      options.signal?.throwIfAborted();
      options.onProgress?.({ what: "rolling origin", done: Math.floor((at - start) / DAY), total: testDays });
      const request = planRequestSchema.parse({ cluster: cluster.id, asOf: at, config });
      const models = { ...trained, events: sources.events?.filter((event) => event.at < at) ?? [] };
      const withModels = await assess(request, snapshot, cluster, telemetry, { models });
      const without = await assess(request, snapshot, cluster, telemetry);
      scores.demand(withModels, without, truth.vms);
      scores.contention(withModels, without, truth.vms, snapshot, cluster);
      scores.failures(withModels, without, truth, at, horizonHours);
    }
  }
  const reasonOf = (name: string) => {
    const row = rows.find(({ model }) => model === name);
    return row && row.used !== name ? row.because : "";
  };
  const rolled = scores.rows(reasonOf);
  const heldOut = rows
    .filter(({ model }) => !rolled.some((row) => row.model === model))
    .map(({ model, skill, samples, used, because }): BacktestRow => {
      const trainable = Object.values(TRAINABLES).find(({ name }) => name === model);
      const fallback = skill?.baseline.name ?? trainable?.fallback ?? "";
      const untold = used === model ? "there is no truth to hold it against" : because;
      if (!skill) return nothing(model, "none", fallback, untold);
      return {
        ...{
          model,
          measure: `held out, short of 1: ${skill.measure}`,
          judged: samples,
          fallback,
          calibrationError: null,
        },
        ...{ error: 1 - skill.value, fallbackError: 1 - skill.baseline.value, because: reasonOf(model) },
        skill: skill.baseline.value === 1 ? null : 1 - (1 - skill.value) / (1 - skill.baseline.value),
      };
    });
  return { models: [...rolled, ...heldOut], trained: trained ?? (await loadModels(store)), from };
}

class Scores {
  private readonly cpu = new QuantileLoss();
  private readonly memory = new QuantileLoss();
  private readonly contended = new Probabilities();
  private readonly failed = new Probabilities();

  rows(reasonOf: (model: string) => string): BacktestRow[] {
    const { cpuDemand, memoryDemand, hostFailures } = TRAINABLES;
    return [
      this.cpu.row(cpuDemand.name, cpuDemand.fallback, reasonOf(cpuDemand.name)),
      this.memory.row(memoryDemand.name, memoryDemand.fallback, reasonOf(memoryDemand.name)),
      this.contended.row("demand/contention", "the same, from the fallback's forecasts"),
      this.failed.row(hostFailures.name, SIGNALS_MODEL, reasonOf(hostFailures.name)),
    ];
  }

  demand(model: Assessment, fallback: Assessment, truth: HourlyHistory | null): void {
    if (!truth) return;
    const rowById = new Map(truth.entities.map((id, row) => [id, row]));
    const { ids, basis } = model.virtualMachines;
    const first = model.horizon.start / HOUR - truth.firstHour;
    for (const [score, metric, resource] of [
      [this.cpu, "vmCpuMhz", "cpuMhz"],
      [this.memory, "vmMemoryConsumedMb", "memoryMb"],
    ] as const) {
      ids.forEach((id, vm) => {
        const row = rowById.get(id);
        if (row === undefined || basis[vm] !== "history") return;
        const values = rowOf(truth, metric, row);
        for (let slot = 0; slot < model.horizon.length; slot++) {
          const actual = values[first + slot];
          if (actual === undefined || Number.isNaN(actual)) continue;
          const at = vm * model.horizon.length + slot;
          const [own, other] = [model, fallback].map(({ virtualMachines }) =>
            pinball(virtualMachines[resource], at, actual),
          );
          score.add(own, other, actual);
        }
      });
    }
  }

  contention(
    model: Assessment,
    fallback: Assessment,
    truth: HourlyHistory | null,
    { hosts, virtualMachines }: TrainingSources["snapshot"],
    cluster: Cluster,
  ): void {
    if (!truth) return;
    const hostOf = new Map(virtualMachines.map(({ id, host }) => [id, host]));
    const placement = model.virtualMachines.ids.map((id) => hostOf.get(id) ?? null);
    const members = hosts.filter((host) => host.cluster === cluster.id);
    const asked = members.map(({ id, cpuMhz }) => ({ id, zone: null, cpuMhz, memoryMb: null }));
    const [own, other] = [model, fallback].map((assessment) => predictContention(assessment, placement, asked));
    const rowById = new Map(truth.entities.map((id, row) => [id, row]));
    const first = model.horizon.start / HOUR - truth.firstHour;
    members.forEach(({ id, cpuMhz }, h) => {
      const rows = virtualMachines.flatMap((vm) => (vm.host === id ? (rowById.get(vm.id) ?? []) : []));
      const [said, instead] = [own.hosts[h].contention.cpu, other.hosts[h].contention.cpu];
      if (cpuMhz === null || !said || !instead || rows.length === 0) return;
      for (let slot = 0; slot < model.horizon.length; slot++) {
        const demand = rows.reduce((sum, row) => sum + (rowOf(truth, "vmCpuMhz", row)[first + slot] ?? Number.NaN), 0);
        if (Number.isNaN(demand)) continue;
        this.contended.add(said[slot], instead[slot], demand > own.threshold.cpu * cpuMhz ? 1 : 0);
      }
    });
  }

  failures(
    model: Assessment,
    fallback: Assessment,
    { events, hosts }: Pick<Awaited<ReturnType<typeof readTrainingData>>, "events" | "hosts">,
    at: number,
    horizonHours: number,
  ): void {
    const seen = new Set(hosts?.entities.filter((_, row) => hosts.coverage.hostUptimeSeconds?.[row]) ?? []);
    for (const { host } of events) seen.add(host);
    const failed = new Set(
      events
        .filter((event) => isFailureKind(event.kind) && event.at >= at && event.at < at + horizonHours * HOUR)
        .map(({ host }) => host),
    );
    model.hosts.ids.forEach((id, h) => {
      if (!seen.has(id)) return;
      const [own, other] = [model, fallback].map((assessment) => assessment.hosts.failureProbability[h]);
      this.failed.add(own, other, failed.has(id) ? 1 : 0);
    });
  }
}

/** Sum over the levels of the pinball loss; a forecast without quantiles is normal. */
function pinball({ mean, variance, quantiles }: DemandForecast, at: number, actual: number): number {
  let loss = 0;
  for (let level = 0; level < LEVELS; level++) {
    const normal = Math.max(0, mean[at] + NORMAL_QUANTILES[level] * Math.sqrt(variance[at]));
    const quantile = quantiles ? quantiles[at * LEVELS + level] : normal;
    const tau = QUANTILE_LEVELS[level];
    loss += actual >= quantile ? tau * (actual - quantile) : (1 - tau) * (quantile - actual);
  }
  return loss / LEVELS;
}
