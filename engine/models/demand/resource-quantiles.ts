import type { MetricId } from "../../telemetry/schema";
import { type HourlyHistory, rowOf } from "../history";
import { DemandForecaster, QUANTILE_LEVELS, fillGaps } from "./quantile";
import { NORMAL_QUANTILES } from "./quantile/baseline";
import { seasonalBaseline } from "./seasonal";
import { MIN_COVERAGE } from "./training-history";

const LEVELS = QUANTILE_LEVELS.length;

/** Quantiles of one resource of many VMs or hosts, hour by hour. */
export interface ResourceQuantiles {
  /** [entity][hour][level], levels as in QUANTILE_LEVELS; NaN where the history is too short for any forecast. */
  readonly quantiles: Float32Array;
  /** By entity, the model that the forecast is of; null where there is none. */
  readonly models: readonly (string | null)[];
}

/**
 * Quantile forecasts of any metric of any kind of entity (CPU, memory, disk, network; VMs and hosts) from `firstHour`
 * on: of the trained forecaster where its own held-out history says that it serves the series better, of the seasonal
 * baseline otherwise and beyond the forecaster's horizon.
 * @param forecaster trained on hourly series of this metric; null where there is none
 */
export function forecastQuantiles(
  history: HourlyHistory,
  metric: MetricId,
  forecaster: DemandForecaster | null,
  firstHour: number,
  hours: number,
): ResourceQuantiles {
  const quantiles = new Float32Array(history.entities.length * hours * LEVELS).fill(Number.NaN);
  const models = history.entities.map((id, row): string | null => {
    const values = rowOf(history, metric, row);
    const at = row * hours * LEVELS;
    const baseline = writeBaseline(values, history.firstHour, firstHour, hours, quantiles, at);
    const served =
      forecaster && writeForecast(forecaster, id, values, history.firstHour, firstHour, hours, quantiles, at);
    return served ? forecaster.file.model : baseline ? seasonalBaseline.name : null;
  });
  return { quantiles, models };
}

function writeBaseline(
  values: Float64Array,
  historyFirst: number,
  firstHour: number,
  hours: number,
  into: Float32Array,
  at: number,
): boolean {
  const fit = seasonalBaseline.fit({ values, firstHour: historyFirst });
  if (!fit) return false;
  const mean = new Float64Array(hours);
  const variance = new Float64Array(hours);
  seasonalBaseline.predict(fit, firstHour, hours, mean, variance, 0);
  for (let i = 0; i < hours * LEVELS; i++) {
    const hour = Math.floor(i / LEVELS);
    into[at + i] = Math.max(0, mean[hour] + NORMAL_QUANTILES[i % LEVELS] * Math.sqrt(variance[hour]));
  }
  return true;
}

/**
 * Writes the forecaster's hours, if it is for hours, serves the series and has whole hours enough up to `firstHour`;
 * gives whether it did.
 */
export function writeForecast(
  forecaster: DemandForecaster,
  id: string,
  values: Float64Array,
  historyFirst: number,
  firstHour: number,
  hours: number,
  into: Float32Array | Float64Array,
  at: number,
): boolean {
  const known = Math.min(values.length, firstHour - historyFirst);
  // An hour that the horizon begins in isn't whole yet; a history that ends before it leaves a gap to no forecaster.
  if (forecaster.rhythm.stepSeconds !== 3600 || known !== firstHour - historyFirst || !forecaster.serves(id))
    return false;
  const filled = fillGaps(values.subarray(0, known));
  if (!filled || filled.coverage < MIN_COVERAGE || !forecaster.accepts(filled.values.length)) return false;
  const forecast = forecaster.forecast(filled.values);
  // Of a damaged file: the baseline's forecast stays.
  if (!forecast.every(Number.isFinite)) return false;
  into.set(forecast.subarray(0, Math.min(hours, forecaster.rhythm.horizon) * LEVELS), at);
  return true;
}
