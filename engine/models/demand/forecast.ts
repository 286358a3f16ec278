import type { MetricId } from "../../telemetry/schema";
import type { DemandForecast, ForecastBasis, Lacking } from "../assessment";
import { type HourlyHistory, rowOf } from "../history";
import type { RunOptions } from "../progress";
import type { Subject } from "../subjects";
import {
  CONFIGURED_CPU_SHARE,
  CONFIGURED_MEMORY_SHARE,
  type SizeForecast,
  configuredCpu,
  configuredMemory,
} from "./configured";
import { carryNewest } from "./carry-newest";
import { type DemandForecaster, QUANTILE_LEVELS, momentsOf } from "./quantile";
import { NORMAL_QUANTILES } from "./quantile/baseline";
import { writeForecast } from "./resource-quantiles";
import { seasonalBaseline } from "./seasonal";

const LEVELS = QUANTILE_LEVELS.length;

/** One resource: where its history is, and what stands in for it. */
interface Resource {
  readonly what: string;
  readonly metric: MetricId;
  readonly unknownSize: string;
  readonly fallback: string;
  readonly configured: (subject: Subject) => SizeForecast;
  /** The most that the forecast's mean may be; infinite where nothing limits it. */
  readonly ceiling: (subject: Subject) => number;
}

const CPU: Resource = {
  what: "cpu history",
  metric: "vmCpuMhz",
  unknownSize: "vCPU count or clock of the hosts",
  fallback: `${CONFIGURED_CPU_SHARE * 100} % of the configured vCPUs`,
  configured: ({ vcpus, mhzPerCore }) => configuredCpu(vcpus, mhzPerCore),
  // Turbo lifts use above the nominal clock.
  ceiling: () => Infinity,
};

/**
 * Consumed memory, not active: consumed is what the host has to back, and ESXi takes it back only under contention, by
 * ballooning and swapping. Active is an estimate of what was touched lately; a database's cache doesn't show in it, and
 * a placement by active fills hosts until it does.
 */
const MEMORY: Resource = {
  what: "memory history",
  metric: "vmMemoryConsumedMb",
  unknownSize: "memory size",
  fallback: `${CONFIGURED_MEMORY_SHARE * 100} % of the configured memory`,
  configured: ({ memoryMb }) => configuredMemory(memoryMb),
  ceiling: ({ memoryMb }) => memoryMb ?? Infinity,
};

export const DEMAND_METRICS: readonly MetricId[] = [CPU.metric, MEMORY.metric];

/** Trained forecasters of hourly series, where there are any: the seasonal baseline serves otherwise. */
export interface DemandOptions extends RunOptions {
  readonly forecasters?: { readonly cpu?: DemandForecaster; readonly memory?: DemandForecaster };
  /** MHz of each VM's newest minutes, and the share of the first hour that has gone by; absent: hourly history alone. */
  readonly newest?: { readonly cpuMhz: ReadonlyMap<string, number>; readonly elapsed: number };
}

export interface DemandAssessment {
  readonly cpuMhz: DemandForecast;
  readonly memoryMb: DemandForecast;
  /** That of the CPU forecast. */
  readonly basis: readonly ForecastBasis[];
  readonly models: readonly (string | null)[];
  readonly coverage: Float64Array;
  readonly lacking: readonly Lacking[];
}

/**
 * CPU and memory of every subject, hour by hour from `firstHour`: from its own history, else from that of the VM it is
 * like, else from its configured size; NaN where that isn't known either. A VM that is off needs nothing: vSphere
 * gives neither CPU nor memory to it until it is powered on.
 */
export function forecastDemand(
  subjects: readonly Subject[],
  history: HourlyHistory | null,
  firstHour: number,
  hours: number,
  options: DemandOptions = {},
): DemandAssessment {
  const rows = new Map(history?.entities.map((entity, row) => [entity, row]));
  const { cpu: ofCpu, memory: ofMemory } = options.forecasters ?? {};
  const cpu = forecastResource(CPU, ofCpu ?? null, subjects, history, rows, firstHour, hours, options);
  const memory = forecastResource(MEMORY, ofMemory ?? null, subjects, history, rows, firstHour, hours, options);
  const coverage = Float64Array.from(subjects, (subject) => {
    const row = subject.existing ? rows.get(subject.existing.id) : undefined;
    return row === undefined ? 0 : (history?.coverage[CPU.metric]?.[row] ?? 0);
  });
  return {
    cpuMhz: cpu.forecast,
    memoryMb: memory.forecast,
    basis: cpu.basis,
    models: cpu.models,
    coverage,
    lacking: [...cpu.lacking, ...memory.lacking],
  };
}

function forecastResource(
  resource: Resource,
  forecaster: DemandForecaster | null,
  subjects: readonly Subject[],
  history: HourlyHistory | null,
  rows: ReadonlyMap<string, number>,
  firstHour: number,
  hours: number,
  { signal, onProgress, newest }: DemandOptions,
) {
  const mean = new Float64Array(subjects.length * hours);
  const variance = new Float64Array(subjects.length * hours);
  const quantiles = forecaster && new Float32Array(mean.length * LEVELS).fill(Number.NaN);
  const models: (string | null)[] = subjects.map(() => null);
  const likeNames: string[] = [];
  const sizeNames: string[] = [];
  const unknownNames: string[] = [];

  /** Whether the VM's history was enough to write a forecast from. */
  const fromHistory = (id: string | undefined, subject: Subject, i: number, offset: number): boolean => {
    const row = id === undefined ? undefined : rows.get(id);
    if (id === undefined || row === undefined || !history) return false;
    const values = rowOf(history, resource.metric, row);
    const ceiling = resource.ceiling(subject);
    const trained =
      forecaster &&
      quantiles &&
      writeForecast(forecaster, id, values, history.firstHour, firstHour, hours, quantiles, offset * LEVELS)
        ? Math.min(hours, forecaster.rhythm.horizon)
        : 0;
    const now = resource === CPU && id === subject.existing?.id ? newest?.cpuMhz.get(id) : undefined;
    const fit =
      trained < hours || now !== undefined ? seasonalBaseline.fit({ values, firstHour: history.firstHour }) : null;
    if (trained < hours) {
      if (!fit) return false;
      models[i] = seasonalBaseline.name;
      seasonalBaseline.predict(fit, firstHour, hours, mean, variance, offset);
    }
    if (quantiles && forecaster && trained > 0) {
      models[i] = forecaster.file.model;
      takeMoments(quantiles, offset, trained, ceiling, mean, variance);
    }
    for (let i = offset; i < offset + hours; i++) mean[i] = Math.min(mean[i], ceiling);
    if (now !== undefined && fit) {
      const carried = { newest: now, persistence: fit.persistence, elapsed: newest!.elapsed };
      carryNewest(carried, hours, mean, quantiles, offset);
    }
    return true;
  };

  const basis = subjects.map((subject, i): ForecastBasis => {
    if (i % 500 === 0) {
      signal?.throwIfAborted();
      onProgress?.({ what: `${resource.what} forecast`, done: i, total: subjects.length });
    }
    const offset = i * hours;
    if (subject.off) return "configured";
    if (fromHistory(subject.existing?.id, subject, i, offset)) return "history";
    if (fromHistory(subject.like?.id, subject, i, offset)) {
      likeNames.push(subject.name);
      return "like";
    }
    const size = resource.configured(subject);
    mean.fill(size.mean, offset, offset + hours);
    variance.fill(size.variance, offset, offset + hours);
    (Number.isNaN(size.mean) ? unknownNames : sizeNames).push(subject.name);
    return "configured";
  });
  onProgress?.({ what: `${resource.what} forecast`, done: subjects.length, total: subjects.length });

  const lacking: Lacking[] = [];
  const add = (what: string, names: readonly string[], fallback: string) => {
    if (names.length) lacking.push({ what, subjects: names, fallback });
  };
  add(resource.what, likeNames, "history of the VM that each is like");
  add(resource.what, sizeNames, resource.fallback);
  add(`${resource.what} and ${resource.unknownSize}`, unknownNames, "nothing: its need is unknown");
  if (quantiles) fillNormal(quantiles, mean, variance);
  return { forecast: { mean, variance, ...(quantiles && { quantiles }) }, basis, models, lacking };
}

/** Mean and variance of the forecaster's slots, for the planner, which adds demands up. */
function takeMoments(
  quantiles: Float32Array,
  offset: number,
  hours: number,
  ceiling: number,
  mean: Float64Array,
  variance: Float64Array,
): void {
  for (let i = offset; i < offset + hours; i++) {
    for (let at = i * LEVELS; at < (i + 1) * LEVELS; at++) quantiles[at] = Math.min(quantiles[at], ceiling);
    const moments = momentsOf(quantiles, i * LEVELS);
    mean[i] = Math.max(0, moments.mean);
    variance[i] = moments.variance;
  }
}

/** What no forecaster wrote is normal, with the mean and variance that stand there. */
function fillNormal(quantiles: Float32Array, mean: Float64Array, variance: Float64Array): void {
  for (let i = 0; i < quantiles.length; i++) {
    if (!Number.isNaN(quantiles[i])) continue;
    const slot = Math.floor(i / LEVELS);
    quantiles[i] = Math.max(0, mean[slot] + NORMAL_QUANTILES[i % LEVELS] * Math.sqrt(variance[slot]));
  }
}
