import type { Assessment } from "../../engine/models/assessment";

export interface Band {
  readonly low: number;
  readonly mean: number;
  readonly high: number;
}

/** 10th and 90th percentile of the standard normal distribution. */
const Z90 = 1.2816;

/**
 * CPU demand of a host by slot, MHz, if it runs the VMs that `placement` gives it: the mean and the band that 80 % of the
 * outcomes lie in. VMs deviate with a common factor, as contention is predicted. Without one of its VMs' forecasts it
 * would be too low: null.
 */
export function hostCpu(
  { horizon, virtualMachines }: Assessment,
  placement: readonly (string | null)[],
  host: string,
  commonFactor: number,
): Band[] | null {
  const { mean, variance } = virtualMachines.cpuMhz;
  const rows = placement.flatMap((where, row) => (where === host ? [row] : []));
  if (rows.some((row) => Number.isNaN(mean[row * horizon.length]))) return null;
  return Array.from({ length: horizon.length }, (_, slot) => {
    let [sum, squares, deviations] = [0, 0, 0];
    for (const row of rows) {
      const at = row * horizon.length + slot;
      sum += mean[at];
      squares += variance[at];
      deviations += Math.sqrt(variance[at]);
    }
    const spread = Z90 * Math.sqrt((1 - commonFactor) * squares + commonFactor * deviations ** 2);
    return { low: Math.max(0, sum - spread), mean: sum, high: sum + spread };
  });
}
