import { type BoostedTrees, type BoostingOptions, fitBoostedTrees } from "../../learning/trees";
import type { RunOptions } from "../../progress";
import { seasonalBaseline } from "../seasonal";
import { FeatureTable } from "./features";
import { DEMAND_MODEL, DEMAND_MODEL_VERSION, type DemandModelFile } from "./file";
import { DemandForecaster } from "./forecaster";
import { type Judgement, judge } from "./judge";
import { QUANTILE_LEVELS } from "./levels";
import type { Rhythm } from "./rhythm";
import { fittedSpread } from "./spread";
import { type TrainingSeries, candidatesOf, drawTrainingSet, firstOrigin } from "./training-set";

/** Levels with trees of their own; those between them are interpolated. */
const LEARNED = [0.1, 0.3, 0.5, 0.7, 0.9];
/** Newest share of what could be learned from that is held out to judge and to calibrate. */
const HELD_OUT = 0.25;
const FITTED_SPREAD: readonly number[] = QUANTILE_LEVELS.map(() => 1);

/** Chosen on windows of the Bitbrains trace before the benchmark's own (ADR 13). */
const BOOSTING: Partial<BoostingOptions> = {
  loss: "quantile",
  trees: 150,
  learningRate: 0.05,
  leaves: 15,
  minChildSamples: 50,
  rowFraction: 0.5,
  featureFraction: 0.4,
  maxBins: 127,
};

export interface FitOptions extends RunOptions {
  readonly seed?: number;
  readonly boosting?: Partial<BoostingOptions>;
}

/**
 * Trains the demand forecaster over many series. A first fit on the older part of each is judged on the newer part,
 * which gives the skill against the seasonal baseline, series by series, and the correction of the spread; a second
 * fit learns from all of it.
 * @returns null where the series are too short to learn from and to hold a part out
 */
export function fitDemandForecaster(
  series: readonly TrainingSeries[],
  rhythm: Rhythm,
  { seed = 1, boosting, signal, onProgress }: FitOptions = {},
): DemandModelFile | null {
  const table = new FeatureTable(rhythm);
  const candidates = candidatesOf(series, rhythm);
  const options = { ...BOOSTING, ...boosting, seed };
  const total = 2 * LEARNED.length;
  let done = 0;
  const fit = (part: readonly TrainingSeries[]) => {
    const set = drawTrainingSet(part, candidates, table, seed);
    if (!set) return null;
    const forests = LEARNED.map((level) => {
      signal?.throwIfAborted();
      onProgress?.({ what: "demand forecaster", done: done++, total });
      const trees = fitBoostedTrees(set, { options: { ...options, quantile: level }, names: table.names, signal });
      return { level, trees };
    });
    return { forests, rows: set.features.rows };
  };
  const newest = Math.max(0, ...series.map(({ start, until }) => start + until * rhythm.stepSeconds));
  const fileOf = (forests: { level: number; trees: BoostedTrees }[], samples: number, judged: Judgement | null) => ({
    model: DEMAND_MODEL as typeof DEMAND_MODEL,
    version: DEMAND_MODEL_VERSION as typeof DEMAND_MODEL_VERSION,
    trainedUntil: newest,
    samples,
    skill: skillOf(judged),
    stepSeconds: rhythm.stepSeconds,
    horizon: rhythm.horizon,
    features: [...table.names],
    forests: forests as DemandModelFile["forests"],
    spread: judged ? fittedSpread(judged.windows) : [...FITTED_SPREAD],
    coverage80: judged?.coverage80 ?? null,
    series: judged?.series ?? {},
  });

  const heldOutFrom = (one: TrainingSeries) =>
    one.until - Math.max(rhythm.horizon, Math.round(HELD_OUT * (one.until - firstOrigin(one, rhythm))));
  const older = fit(series.map((one) => ({ ...one, until: heldOutFrom(one) })));
  if (!older) return null;
  const trial = new DemandForecaster(fileOf(older.forests, older.rows, null));
  const judged = judge(trial, series, candidates, heldOutFrom);
  const whole = fit(series);
  onProgress?.({ what: "demand forecaster", done: total, total });
  return whole && fileOf(whole.forests, whole.rows, judged);
}

export function skillOf(judged: Judgement | null): DemandModelFile["skill"] {
  if (!judged) return null;
  return {
    measure: "mean pinball loss in units of the day-to-day change",
    value: judged.loss.model,
    baseline: { name: seasonalBaseline.name, value: judged.loss.baseline },
  };
}
