import { CANDIDATES, type Candidates } from "./candidates";
import { type Rhythm, LEAD_GROUPS, contextSlots, leadGroupOf } from "./rhythm";

/** How sharply the better candidate is preferred: weights fall with this power of the error. */
const SHARPNESS = 8;
/** Errors below this part of the scale are alike. */
const ERROR_FLOOR = 0.02;

/** How the simple forecasts fared lately in one series, and what each therefore counts for. */
export interface Record {
  /** [candidate][lead group] mean absolute error over the last week. */
  readonly errors: Float64Array;
  /** [candidate][lead group], adding up to 1 over the candidates. */
  readonly weights: Float64Array;
}

/** @param scale the series' own measure of size, in the unit of its values */
export function recordOf(candidates: Candidates, origin: number, scale: number): Record {
  const errors = candidates.pastErrors(origin, contextSlots(candidates.rhythm));
  const weights = new Float64Array(errors.length);
  for (let group = 0; group < LEAD_GROUPS; group++) {
    let least = Infinity;
    for (let k = 0; k < CANDIDATES; k++) {
      const error = errors[k * LEAD_GROUPS + group] + ERROR_FLOOR * scale;
      if (error < least) least = error;
    }
    let sum = 0;
    for (let k = 0; k < CANDIDATES; k++) {
      const i = k * LEAD_GROUPS + group;
      const error = errors[i] + ERROR_FLOOR * scale;
      weights[i] = Number.isNaN(error) ? 0 : error > 0 ? (least / error) ** SHARPNESS : 1;
      sum += weights[i];
    }
    for (let k = 0; k < CANDIDATES; k++) weights[k * LEAD_GROUPS + group] /= sum;
  }
  return { errors, weights };
}

/** The candidates' forecasts of one slot, weighed by their record: where the boosted trees start from. */
export function anchorOf(values: ArrayLike<number>, { weights }: Record, rhythm: Rhythm, lead: number): number {
  const group = leadGroupOf(rhythm, lead);
  let sum = 0;
  let total = 0;
  for (let k = 0; k < CANDIDATES; k++) {
    const weight = weights[k * LEAD_GROUPS + group];
    if (weight === 0 || Number.isNaN(values[k])) continue;
    sum += weight * values[k];
    total += weight;
  }
  return sum / total;
}
