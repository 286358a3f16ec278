import type { DemandForecast } from "../../models/assessment";
import type { Peak } from "../objectives";
import type { Model } from "../problem/model";

/** Forecast of one resource of one host over the horizon, in MHz or MB. */
export interface HostForecast {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** Sums the forecasts of the VMs on each host, [host][cpu, memory], in the model's order; what isn't known is left out. */
export function forecastHosts(model: Model, hostOf: Int32Array): HostForecast[][] {
  const slots = model.assessment.horizon.length;
  const demands = demandsOf(model);
  const forecasts = model.hosts.map(() =>
    demands.map(() => ({ mean: new Float64Array(slots), variance: new Float64Array(slots) })),
  );
  model.vms.forEach((_, v) => {
    if (hostOf[v] >= 0) addDemand(model, v, demands, forecasts[hostOf[v]]);
  });
  return forecasts;
}

/** The busiest slot of each resource of a host if VMs (indices) that aren't in its forecast came to it. */
export function peaksWith(
  model: Model,
  host: number,
  forecast: readonly HostForecast[],
  vms: readonly number[],
): [Peak, Peak] {
  const demands = demandsOf(model);
  const { cpuMhz, memoryMb } = model.hosts[host];
  if (vms.length === 1 && model.vms[vms[0]].row >= 0) {
    const from = model.vms[vms[0]].row * forecast[0].mean.length;
    return [
      peakWithOne(forecast[0].mean, demands[0].mean, from, cpuMhz),
      peakWithOne(forecast[1].mean, demands[1].mean, from, memoryMb),
    ];
  }
  const sums = forecast.map(({ mean, variance }) => ({ mean: mean.slice(), variance: variance.slice() }));
  for (const v of vms) addDemand(model, v, demands, sums);
  return [peakOf(sums[0], cpuMhz), peakOf(sums[1], memoryMb)];
}

/** The same for one VM with a forecast, without the sums of every slot: most comparisons are of such a one. */
function peakWithOne(mean: Float64Array, demand: Float64Array, from: number, capacity: number | null): Peak {
  let slot = 0;
  let most = NaN;
  for (let s = 0; s < mean.length; s++) {
    const value = mean[s] + (demand[from + s] || 0);
    if (value <= most) continue;
    [slot, most] = [s, value];
  }
  return { share: capacity === null ? null : (mean.length === 0 ? 0 : most) / capacity, slot };
}

const demandsOf = ({ assessment: { virtualMachines: vms } }: Model): DemandForecast[] => [vms.cpuMhz, vms.memoryMb];

function addDemand(model: Model, v: number, demands: readonly DemandForecast[], sums: readonly HostForecast[]): void {
  const slots = model.assessment.horizon.length;
  const { row } = model.vms[v];
  for (let r = 0; r < demands.length; r++) {
    const { mean, variance } = sums[r];
    if (row >= 0) {
      const from = demands[r];
      for (let s = 0, i = row * slots; s < slots; s++, i++) {
        mean[s] += from.mean[i] || 0;
        variance[s] += from.variance[i] || 0;
      }
      continue;
    }
    for (let s = 0; s < slots; s++) {
      const merged = Math.floor(s / model.slotsMerged);
      mean[s] += model.demand[(v * demands.length + r) * model.slots + merged] * (model.resources[r].unit || 0);
    }
  }
}

export function peakOf(forecast: HostForecast, capacity: number | null): Peak {
  let slot = 0;
  for (let s = 1; s < forecast.mean.length; s++) if (forecast.mean[s] > forecast.mean[slot]) slot = s;
  return { share: capacity === null ? null : (forecast.mean[slot] ?? 0) / capacity, slot };
}

/** Probability that the demand passes the capacity in its worst slot, taking the sum of many VMs as normal. */
export function overloadProbability(forecast: HostForecast, capacity: number | null): number {
  if (capacity === null) return 0;
  let worst = 0;
  forecast.mean.forEach((mean, s) => {
    const deviation = Math.sqrt(forecast.variance[s]);
    const probability = deviation > 0 ? upperTail((capacity - mean) / deviation) : mean > capacity ? 1 : 0;
    worst = Math.max(worst, probability);
  });
  return worst;
}

/**
 * Share of the demand over the horizon that is expected not to be served: of CPU, the time that VMs are ready and wait;
 * of memory, what must be reclaimed. E[(D - C)+] with D normal in each slot, so that a host which is full only now and
 * then has some as well, and an average hides nothing. Null where the capacity isn't known, 0 without demand.
 */
export function expectedUnserved({ mean, variance }: HostForecast, capacity: number | null): number | null {
  if (capacity === null) return null;
  let demand = 0;
  let unserved = 0;
  mean.forEach((average, s) => {
    demand += average;
    const deviation = Math.sqrt(variance[s]);
    const z = (capacity - average) / deviation;
    if (!(deviation > 0)) unserved += Math.max(0, average - capacity);
    else if (z < FAR) unserved += Math.max(0, deviation * (density(z) - z * upperTail(z)));
  });
  return demand > 0 ? unserved / demand : 0;
}

/** Deviations beyond which the approximation of the tail says nothing any more. */
const FAR = 5;

const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** P(Z > z) of the standard normal distribution; Abramowitz and Stegun 26.2.17, error below 7.5e-8. */
export function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return density(z) * series;
}

export const round4 = (value: number): number => Math.round(value * 10_000) / 10_000;
