/** Hourly averages of one resource of one VM; NaN where no sample was collected. */
export interface HourlySeries {
  readonly values: Float64Array;
  /** Hours since the epoch (UTC) of values[0]. */
  readonly firstHour: number;
}

/**
 * A model of one VM's demand for one resource. Every model has this shape, so that a better one can take the place of
 * the baseline, and a plan can name what forecast it rests on.
 */
export interface DemandModel<Fitted> {
  readonly name: string;
  readonly version: number;
  /** Null where the series holds too little to learn from. */
  fit(series: HourlySeries): Fitted | null;
  /**
   * Forecast of the hourly averages from `firstHour` on: mean and variance in the series' unit and its square, written
   * to `mean` and `variance` from `offset`, `hours` of them.
   */
  predict(
    fitted: Fitted,
    firstHour: number,
    hours: number,
    mean: Float64Array,
    variance: Float64Array,
    offset: number,
  ): void;
  /** One sentence a person reads. */
  explain(fitted: Fitted, unit: string): string;
}

export const HOURS_PER_WEEK = 168;

/** 0 is Monday 00:00 UTC; the epoch fell on a Thursday. */
export function hourOfWeek(hoursSinceEpoch: number): number {
  return (hoursSinceEpoch + 72) % HOURS_PER_WEEK;
}

/** Without a division, for loops over hours. */
export const nextHourOfWeek = (hour: number): number => (hour === HOURS_PER_WEEK - 1 ? 0 : hour + 1);
