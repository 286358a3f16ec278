import { QUANTILE_LEVELS } from "../../engine/models/demand/quantile";
import type { UsageSeries } from "./data";

export const HORIZON = 48;
export const CONTEXT = 2016;
const DAY = 288;
const BETWEEN = 144;
const WINDOWS = 6;
const LEVELS = QUANTILE_LEVELS.length;

/** One window: forecast `HORIZON` slots from `origin` on, knowing what was before. */
export interface Task {
  readonly series: number;
  readonly origin: number;
  readonly truth: Float64Array;
  /** In-sample error of yesterday's value over the context: what MASE divides by. */
  readonly naiveError: number;
}

/** The earliest origin of a series' windows: nothing from here on is trained on. */
export const earliestOrigin = (slots: number): number => slots - HORIZON - (WINDOWS - 1) * BETWEEN;

/** The windows of the peers' script: the newest six of each series, half a day apart, those without any change left out. */
export function tasksOf(series: readonly UsageSeries[]): Task[] {
  return series.flatMap(({ values }, s) =>
    Array.from({ length: WINDOWS }, (_, k) => values.length - HORIZON - k * BETWEEN)
      .filter((origin) => origin >= CONTEXT)
      .map((origin): Task => {
        let sum = 0;
        for (let i = origin - CONTEXT + DAY; i < origin; i++) sum += Math.abs(values[i] - values[i - DAY]);
        const truth = values.subarray(origin, origin + HORIZON);
        return { series: s, origin, truth, naiveError: sum / (CONTEXT - DAY) };
      })
      .filter(({ truth, naiveError }) => naiveError >= 1e-6 && truth.reduce((sum, value) => sum + value, 0) >= 1e-6),
  );
}

export interface ForecastScore {
  readonly mase: number;
  readonly wql: number;
  readonly coverage80: number;
}

/** Mean MASE (season of a day), weighted quantile loss and share within the 10 and 90 % quantiles; [slot][level] each. */
export function scoreOf(tasks: readonly Task[], forecasts: readonly Float64Array[]): ForecastScore {
  let mase = 0;
  let loss = 0;
  let volume = 0;
  let covered = 0;
  tasks.forEach(({ truth, naiveError }, t) => {
    const forecast = forecasts[t];
    let absolute = 0;
    truth.forEach((value, slot) => {
      const at = slot * LEVELS;
      absolute += Math.abs(value - forecast[at + (LEVELS - 1) / 2]);
      volume += Math.abs(value);
      if (value >= forecast[at] && value <= forecast[at + LEVELS - 1]) covered += 1 / (truth.length * tasks.length);
      QUANTILE_LEVELS.forEach((level, l) => {
        const residual = value - forecast[at + l];
        loss += (2 * Math.max(level * residual, (level - 1) * residual)) / LEVELS;
      });
    });
    mase += absolute / truth.length / naiveError / tasks.length;
  });
  return { mase, wql: loss / volume, coverage80: covered };
}
