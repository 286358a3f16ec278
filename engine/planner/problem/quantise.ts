import type { DemandForecast } from "../../models/assessment";
import { UNBOUNDED } from "./model";

/** More slots than this are merged: a week of hours. */
export const MAX_SLOTS = 168;
/** Units per host of mean size, where the sums allow it: 12 MHz of a 200 GHz host. */
const MAX_UNITS_PER_HOST = 16_384;
/** 32-bit floats hold every integer below this. */
const EXACT = 2 ** 24;

/**
 * Effective demand of one resource, [vm][slot], in the forecast's unit: the mean, and the VM's part of one standard
 * deviation of its host's total. Variances of VMs add up, deviations don't; so the host's deviation sqrt(V) is taken
 * by its chord to the typical host's variance V0, which gives each VM var / sqrt(V0), never more than its own
 * deviation. That makes demand additive (Kelly's effective bandwidth), and a move's effect a sum of whole units.
 * A slot that is not known (NaN) stays NaN.
 */
export function effectiveDemand(forecast: DemandForecast, rows: number, slots: number, hosts: number): Float64Array {
  const effective = new Float64Array(rows * slots);
  let total = 0;
  for (let i = 0; i < rows * slots; i++) total += forecast.variance[i] || 0;
  const typicalDeviation = Math.sqrt(total / Math.max(1, slots) / Math.max(1, hosts));
  for (let i = 0; i < rows * slots; i++) {
    const variance = forecast.variance[i] || 0;
    const share = typicalDeviation > 0 ? variance / typicalDeviation : 0;
    effective[i] = forecast.mean[i] + Math.min(Math.sqrt(variance), share);
  }
  return effective;
}

/** Merges every `factor` slots into one by their maximum, so that no peak is averaged away. */
export function mergeSlots(values: Float64Array, rows: number, slots: number, factor: number): Float64Array {
  if (factor === 1) return values;
  const merged = Math.ceil(slots / factor);
  const result = new Float64Array(rows * merged).fill(NaN);
  for (let row = 0; row < rows; row++) {
    for (let slot = 0; slot < slots; slot++) {
      const value = values[row * slots + slot];
      const at = row * merged + Math.floor(slot / factor);
      if (!(result[at] >= value) && !Number.isNaN(value)) result[at] = value;
    }
  }
  return result;
}

/**
 * The finest whole number of units per host with which no sum of the wide kernel passes 2^24, where 32-bit floats
 * stop being exact: a VM's demand over all resources and slots times four, and four times a host's load.
 * `largestVm` and `largestLoad` are in shares of a host of mean size.
 */
export function unitsPerHost(largestVm: number, largestLoad: number): number {
  const byVm = largestVm > 0 ? EXACT / (4.2 * largestVm) : MAX_UNITS_PER_HOST;
  const byLoad = largestLoad > 0 ? UNBOUNDED / (1.1 * largestLoad) : MAX_UNITS_PER_HOST;
  return Math.max(64, Math.floor(Math.min(MAX_UNITS_PER_HOST, byVm, byLoad)));
}
