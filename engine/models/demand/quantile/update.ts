import type { DemandModelFile } from "./file";
import { DemandForecaster } from "./forecaster";
import { skillOf } from "./fit";
import { judge } from "./judge";
import { trackedSpread } from "./spread";
import { type TrainingSeries, candidatesOf } from "./training-set";

/** A loss that much above what held-out history promised is drift: time to train anew. */
const DRIFT = 1.25;

export interface UpdatedDemandModel {
  readonly file: DemandModelFile;
  /** The trees no longer fit what the series do. */
  readonly drifted: boolean;
}

/**
 * Brings a trained file up to date with the slots since `trainedUntil`, without growing trees: skill and the choice per
 * series are judged anew on them, and the spread follows how often they came true. Where they are fewer than a horizon,
 * the file stays as it is.
 */
export function updateDemandForecaster(file: DemandModelFile, series: readonly TrainingSeries[]): UpdatedDemandModel {
  const forecaster = new DemandForecaster(file);
  const fromOf = ({ start }: TrainingSeries) => Math.max(0, Math.ceil((file.trainedUntil - start) / file.stepSeconds));
  const judged = judge(forecaster, series, candidatesOf(series, forecaster.rhythm), fromOf);
  if (!judged) return { file, drifted: false };
  const moved = trackedSpread(judged.windows);
  const newest = Math.max(...series.map(({ start, until }) => start + until * file.stepSeconds));
  return {
    file: {
      ...file,
      trainedUntil: Math.max(file.trainedUntil, newest),
      skill: skillOf(judged),
      spread: file.spread.map((spread, level) => spread * moved[level]),
      coverage80: judged.coverage80,
      series: { ...file.series, ...judged.series },
    },
    drifted: file.skill !== null && judged.loss.model > DRIFT * file.skill.value,
  };
}
