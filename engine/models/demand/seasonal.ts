import { type DemandModel, type HourlySeries, hourOfWeek, nextHourOfWeek } from "./model";
import { weeklyProfile, withoutBursts } from "./profile";
import { scratch } from "../statistics";
import { trendPerHour } from "./trend";

/** A day's worth of hours: below it, a VM hasn't shown what its day looks like. */
export const MIN_SAMPLES = 24;
/** A trend may carry the level this far within the horizon, and no further. */
const MAX_TREND_SHARE = 0.25;
/** Samples that the variance of the whole series counts for beside an hour's own. */
const VARIANCE_PRIOR = 12;
/** Pairs of days that "a shift doesn't last" counts for beside those seen. */
const SHIFT_PRIOR = 4;

export interface SeasonalFit {
  /** Level by hour of the week, as of the end of the history. */
  readonly profile: Float64Array;
  readonly slopePerHour: number;
  /** Variance of the residuals by hour of the day. */
  readonly variance: Float64Array;
  /** Correlation of the residuals from one hour to the next, in [0, 1). */
  readonly persistence: number;
  /** Residual of the newest sample, bursts pulled in. */
  readonly lastResidual: number;
  /** How far the newest day lies off the profile as a whole, as far as that used to last into the next day. */
  readonly shift: number;
  /** Hours since the epoch of the newest sample, and of the end of the history. */
  readonly lastHour: number;
  readonly endHour: number;
  readonly samples: number;
}

/**
 * The seasonal baseline: weekly profile, trend, the newest day's shift, and what is left of the newest deviation.
 *
 *   mean(t) = profile[hour of week] + slope (t - end) + shift + persistence^(t - last) * (lastResidual - shift)
 *
 * The profile rests on values with bursts pulled in, the variance on the values as they are: a burst widens the
 * forecast and doesn't move it. Gaps are left out everywhere.
 */
export const seasonalBaseline: DemandModel<SeasonalFit> = {
  name: "seasonal-baseline",
  version: 1,

  fit({ values, firstHour }: HourlySeries): SeasonalFit | null {
    let samples = 0;
    let last = -1;
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i])) continue;
      samples++;
      last = i;
    }
    if (samples < MIN_SAMPLES) return null;
    const slopePerHour = trendPerHour(values);
    const level = slopePerHour === 0 ? values : withoutTrend(values, slopePerHour);
    const calm = withoutBursts(level, firstHour);
    const profile = weeklyProfile(calm, firstHour);
    const residuals = residualsOf(calm, firstHour, profile);
    return {
      profile,
      slopePerHour,
      variance: hourlyVariance(level, firstHour, profile),
      persistence: persistenceOf(residuals, values.length),
      lastResidual: residuals[last],
      shift: shiftOf(residuals, values.length),
      lastHour: firstHour + last,
      endHour: firstHour + values.length,
      samples,
    };
  },

  predict(fit, firstHour, hours, mean, variance, offset) {
    for (let i = 0; i < hours; i++) {
      const hour = firstHour + i;
      const level = fit.profile[hourOfWeek(hour)];
      const limit = MAX_TREND_SHARE * Math.abs(level);
      const growth = Math.max(-limit, Math.min(limit, fit.slopePerHour * (hour - fit.endHour)));
      const carried = fit.persistence ** Math.max(1, hour - fit.lastHour) * (fit.lastResidual - fit.shift);
      mean[offset + i] = Math.max(0, level + growth + fit.shift + carried);
      variance[offset + i] = fit.variance[hour % 24];
    }
  },

  explain(fit, unit) {
    const low = Math.min(...fit.profile);
    const high = Math.max(...fit.profile);
    const weekly = fit.slopePerHour * 168;
    const trend = weekly === 0 ? "no trend" : `${weekly > 0 ? "+" : ""}${weekly.toFixed(0)} ${unit} a week`;
    return `${low.toFixed(0)} to ${high.toFixed(0)} ${unit} over the week, ${trend}, from ${fit.samples} hours of history`;
  },
};

// Plain loops: this runs once for every VM and resource, and a callback for each value would be half of its time.

function withoutTrend(values: Float64Array, slopePerHour: number): Float64Array {
  const level = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) level[i] = values[i] - slopePerHour * (i - values.length);
  return level;
}

/** In the shared scratch: to be read before the next series. */
function residualsOf(values: Float64Array, firstHour: number, profile: Float64Array): Float64Array {
  const residuals = scratch(values.length);
  for (let i = 0, hour = hourOfWeek(firstHour); i < values.length; i++, hour = nextHourOfWeek(hour)) {
    residuals[i] = values[i] - profile[hour];
  }
  return residuals;
}

/** Of the series at hand, by hour of the day. */
const daySamples = new Float64Array(24);

/** Mean square of the residuals per hour of day, drawn towards that of the whole series. */
function hourlyVariance(values: Float64Array, firstHour: number, profile: Float64Array): Float64Array {
  const squares = new Float64Array(24);
  daySamples.fill(0);
  let total = 0;
  let samples = 0;
  let weekHour = hourOfWeek(firstHour);
  let dayHour = firstHour % 24;
  for (let i = 0; i < values.length; i++) {
    const residual = values[i] - profile[weekHour];
    const cell = dayHour;
    weekHour = nextHourOfWeek(weekHour);
    dayHour = dayHour === 23 ? 0 : dayHour + 1;
    if (Number.isNaN(values[i])) continue;
    const square = residual * residual;
    squares[cell] += square;
    daySamples[cell]++;
    total += square;
    samples++;
  }
  const overall = total / samples;
  for (let hour = 0; hour < 24; hour++) {
    squares[hour] = (squares[hour] + VARIANCE_PRIOR * overall) / (daySamples[hour] + VARIANCE_PRIOR);
  }
  return squares;
}

/** Lag-1 autocorrelation of the residuals over pairs of neighbouring hours, not below 0 and below 1. */
function persistenceOf(residuals: Float64Array, length: number): number {
  let products = 0;
  let squares = 0;
  for (let i = 1; i < length; i++) {
    const a = residuals[i - 1];
    const b = residuals[i];
    if (Number.isNaN(a) || Number.isNaN(b)) continue;
    products += a * b;
    squares += (a * a + b * b) / 2;
  }
  return squares > 0 ? Math.max(0, Math.min(0.98, products / squares)) : 0;
}

/** The newest day's mean residual times how much of a day's mean residual the next day used to keep. */
function shiftOf(residuals: Float64Array, length: number): number {
  const days: number[] = [];
  for (let end = length; end >= 24; end -= 24) {
    let sum = 0;
    let n = 0;
    for (let i = end - 24; i < end; i++) {
      if (Number.isNaN(residuals[i])) continue;
      sum += residuals[i];
      n++;
    }
    days.push(n >= 12 ? sum / n : Number.NaN);
  }
  let products = 0;
  let squares = 0;
  let pairs = 0;
  for (let day = 1; day < days.length; day++) {
    if (Number.isNaN(days[day]) || Number.isNaN(days[day - 1])) continue;
    products += days[day] * days[day - 1];
    squares += days[day] ** 2;
    pairs++;
  }
  if (Number.isNaN(days[0]) || squares === 0) return 0;
  const kept = Math.max(0, Math.min(1, products / squares)) * (pairs / (pairs + SHIFT_PRIOR));
  return kept * days[0];
}
