import { baselineQuantiles } from "./baseline";
import type { Candidates } from "./candidates";
import { Context } from "./context";
import type { DemandModelFile } from "./file";
import type { DemandForecaster } from "./forecaster";
import { QUANTILE_LEVELS } from "./levels";
import type { JudgedWindow } from "./spread";
import type { TrainingSeries } from "./training-set";

const LEVELS = QUANTILE_LEVELS.length;

export interface Judgement {
  readonly windows: readonly JudgedWindow[];
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
  const windows: JudgedWindow[] = [];
  const served: DemandModelFile["series"] = {};
  let covered = 0;
  let slots = 0;
  const total = { model: 0, baseline: 0, series: 0 };
  series.forEach((one, s) => {
    const loss = { model: 0, baseline: 0 };
    let count = 0;
    for (let origin = fromOf(one); origin + rhythm.horizon <= one.until; origin += rhythm.horizon) {
      if (!forecaster.accepts(origin)) continue;
      const baseline = baselineQuantiles(one.values, one.start, origin, rhythm);
      if (!baseline) continue;
      const forecast = forecaster.forecastAt(candidates[s], origin);
      const { scale } = new Context(one.values, origin, rhythm);
      const truth = one.values.subarray(origin, origin + rhythm.horizon);
      loss.model += meanPinball(forecast, truth) / scale;
      loss.baseline += meanPinball(baseline, truth) / scale;
      count++;
      windows.push({ end: one.start + (origin + rhythm.horizon) * rhythm.stepSeconds, forecast, truth });
      for (let slot = 0; slot < truth.length; slot++) {
        const at = slot * LEVELS;
        if (truth[slot] >= forecast[at] && truth[slot] <= forecast[at + LEVELS - 1]) covered++;
        slots++;
      }
    }
    if (count === 0) return;
    served[one.id] = { model: loss.model / count, baseline: loss.baseline / count };
    total.model += loss.model / count;
    total.baseline += loss.baseline / count;
    total.series++;
  });
  if (slots === 0) return null;
  return {
    windows,
    coverage80: covered / slots,
    series: served,
    loss: { model: total.model / total.series, baseline: total.baseline / total.series },
  };
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
