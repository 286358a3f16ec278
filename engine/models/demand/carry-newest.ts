import { QUANTILE_LEVELS } from "./quantile";

const LEVELS = QUANTILE_LEVELS.length;

/** How a VM's newest minutes bear on the hours at hand. */
export interface Carried {
  /** MHz of the newest minutes. */
  readonly newest: number;
  /** Correlation of the VM's deviations from one hour to the next, in [0, 1). */
  readonly persistence: number;
  /** Share of the horizon's first hour that has gone by, 0 to 1. */
  readonly elapsed: number;
}

/**
 * Moves a forecast by what the newest minutes deviate from it: wholly for what is left of this hour, and for later ones as
 * far as the VM's deviations used to last (an autoregressive process of the first order). A change that came minutes ago
 * is thus known at once, and one that doesn't last is forgotten within hours. The spread stays as it was.
 * @param mean of the forecast's slots from `offset` on, changed in place; with them the quantiles, [slot][level]
 */
export function carryNewest(
  { newest, persistence, elapsed }: Carried,
  hours: number,
  mean: Float64Array,
  quantiles: Float32Array | null,
  offset: number,
): void {
  const deviation = newest - mean[offset];
  for (let hour = 0; hour < hours; hour++) {
    const change = deviation * persistence ** Math.max(0, hour - elapsed);
    mean[offset + hour] = Math.max(0, mean[offset + hour] + change);
    if (quantiles === null) continue;
    const at = (offset + hour) * LEVELS;
    for (let i = at; i < at + LEVELS; i++) quantiles[i] = Math.max(0, quantiles[i] + change);
  }
}
