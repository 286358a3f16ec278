import type { MetricId } from "../../telemetry/schema";
import { HOUR, type HourlyHistory, rowOf } from "../history";
import { type TrainingSeries, fillGaps } from "./quantile";

/** Below it, gaps that are carried forward would be taken for calm. */
export const MIN_COVERAGE = 0.75;

/**
 * The series of one metric that a forecaster of hours can be trained on: those whose hours are at least three quarters
 * there from their first sample on.
 */
export function trainingSeriesOf(history: HourlyHistory, metric: MetricId): TrainingSeries[] {
  return history.entities.flatMap((id, row): TrainingSeries[] => {
    const filled = fillGaps(rowOf(history, metric, row));
    if (!filled || filled.coverage < MIN_COVERAGE) return [];
    const start = (history.firstHour + history.hours - filled.values.length) * HOUR;
    return [{ id, start, values: filled.values, until: filled.values.length }];
  });
}
