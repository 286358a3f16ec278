import { weightedQuantile } from "../../learning/trees";
import { baselineQuantiles } from "./baseline";
import type { Candidates } from "./candidates";
import { Context } from "./context";
import type { DemandModelFile } from "./file";
import type { DemandForecaster } from "./forecaster";
import { MEDIAN_LEVEL, QUANTILE_LEVELS } from "./levels";
import type { TrainingSeries } from "./training-set";

const LEVELS = QUANTILE_LEVELS.length;
/** Bounds of the spread's correction: a short held-out time must not stretch a forecast at will. */
const LEAST_SPREAD = 0.6;
const GREATEST_SPREAD = 1.8;

export interface Judgement {
  /** By level, relative to what the forecaster has now. */
  readonly spread: readonly number[];
  readonly coverage80: number;
  readonly series: DemandModelFile["series"];
  /** Means over the series of the mean pinball loss in units of their scale. */
  readonly loss: { readonly model: number; readonly baseline: number };
}

/**
 * Forecasts from origins of the slots [from, until - horizon], a horizon apart, against what came true, and the
 * baseline's beside them. Null where no series has such an origin.
 */
export function judge(
  forecaster: DemandForecaster,
  series: readonly TrainingSeries[],
  candidates: readonly Candidates[],
  fromOf: (series: TrainingSeries) => number,
): Judgement | null {
  const { rhythm } = forecaster;
  const ratios: number[][] = QUANTILE_LEVELS.map(() => []);
  const served: DemandModelFile["series"] = {};
  let covered = 0;
  let slots = 0;
  const total = { model: 0, baseline: 0, series: 0 };
  series.forEach((one, s) => {
    const loss = { model: 0, baseline: 0 };
    let windows = 0;
    for (let origin = fromOf(one); origin + rhythm.horizon <= one.until; origin += rhythm.horizon) {
      if (!forecaster.accepts(origin)) continue;
      const baseline = baselineQuantiles(one.values, one.start, origin, rhythm);
      if (!baseline) continue;
      const forecast = forecaster.forecastAt(candidates[s], origin);
      const { scale } = new Context(one.values, origin, rhythm);
      const truth = one.values.subarray(origin, origin + rhythm.horizon);
      loss.model += meanPinball(forecast, truth) / scale;
      loss.baseline += meanPinball(baseline, truth) / scale;
      windows++;
      for (let slot = 0; slot < truth.length; slot++) {
        const at = slot * LEVELS;
        if (truth[slot] >= forecast[at] && truth[slot] <= forecast[at + LEVELS - 1]) covered++;
        slots++;
        noteRatios(ratios, forecast, at, truth[slot]);
      }
    }
    if (windows === 0) return;
    served[one.id] = { model: loss.model / windows, baseline: loss.baseline / windows };
    total.model += loss.model / windows;
    total.baseline += loss.baseline / windows;
    total.series++;
  });
  if (slots === 0) return null;
  return {
    spread: ratios.map((list, level) => spreadOf(list, level)),
    coverage80: covered / slots,
    series: served,
    loss: { model: total.model / total.series, baseline: total.baseline / total.series },
  };
}

/** How far the truth lay from the median, in units of the level's own distance from it, towards its side. */
function noteRatios(ratios: number[][], forecast: Float64Array, at: number, truth: number): void {
  const median = forecast[at + MEDIAN_LEVEL];
  for (let level = 0; level < LEVELS; level++) {
    const distance = forecast[at + level] - median;
    if (level !== MEDIAN_LEVEL && distance !== 0) ratios[level].push((truth - median) / distance);
  }
}

/** The factor at which the level's share comes true: split conformal prediction with scaled residuals. */
function spreadOf(ratios: readonly number[], level: number): number {
  if (level === MEDIAN_LEVEL || ratios.length === 0) return 1;
  const probability = QUANTILE_LEVELS[level];
  const within = probability < 0.5 ? 1 - probability : probability;
  const factor = weightedQuantile(ratios, undefined, within);
  return Math.max(LEAST_SPREAD, Math.min(GREATEST_SPREAD, factor));
}

/** Mean pinball loss over slots and levels of a forecast [slot][level]. */
export function meanPinball(forecast: ArrayLike<number>, truth: ArrayLike<number>): number {
  let sum = 0;
  for (let slot = 0; slot < truth.length; slot++) {
    for (let level = 0; level < LEVELS; level++) {
      const residual = truth[slot] - forecast[slot * LEVELS + level];
      const probability = QUANTILE_LEVELS[level];
      sum += residual > 0 ? probability * residual : (probability - 1) * residual;
    }
  }
  return sum / (truth.length * LEVELS);
}
