import { median, medianOfFirst, scratch } from "../statistics";
import { HOURS_PER_WEEK } from "./model";

const HOURS_PER_DAY = 24;
/** Fewer than half of a day's hours make a poor day. */
const MIN_HOURS = 12;
const SIGNIFICANT_Z = 1.96;

/**
 * Growth per hour: the seasonal Kendall slope (Hirsch, Slack and Smith, Water Resources Research 18, 1982) over daily
 * medians with the weekdays as seasons, so that weekends aren't taken for a trend. Zero unless the seasonal Kendall
 * test rejects "no trend" at 5 %: with two weeks of history, only if all seven weekdays agree.
 */
export function trendPerHour(values: Float64Array): number {
  const days = Math.floor(values.length / HOURS_PER_DAY);
  if (days * HOURS_PER_DAY < 2 * HOURS_PER_WEEK) return 0;
  // Days are counted back from the end, so that the newest are whole.
  const offset = values.length - days * HOURS_PER_DAY;
  // How many days of each weekday count is cheap to know, and with it how far the score has to go.
  const samples = new Uint8Array(days);
  let variance = 0;
  let pairsLeft = 0;
  for (let weekday = 0; weekday < 7; weekday++) {
    let n = 0;
    for (let day = weekday; day < days; day += 7) {
      const end = offset + (day + 1) * HOURS_PER_DAY;
      for (let i = end - HOURS_PER_DAY; i < end; i++) if (!Number.isNaN(values[i])) samples[day]++;
      if (samples[day] >= MIN_HOURS) n++;
    }
    variance += (n * (n - 1) * (2 * n + 5)) / 18;
    pairsLeft += (n * (n - 1)) / 2;
  }
  if (variance === 0) return 0;
  const isSignificant = (score: number): boolean => (Math.abs(score) - 1) / Math.sqrt(variance) > SIGNIFICANT_Z;
  const daily = new Float64Array(days);
  const slopes: number[] = [];
  let score = 0;
  for (let weekday = 0; weekday < 7; weekday++) {
    for (let j = weekday; j < days; j += 7) {
      daily[j] = samples[j] < MIN_HOURS ? Number.NaN : medianOfDay(values, offset + j * HOURS_PER_DAY);
      if (Number.isNaN(daily[j])) continue;
      for (let i = weekday; i < j; i += 7) {
        if (Number.isNaN(daily[i])) continue;
        pairsLeft--;
        score += Math.sign(daily[j] - daily[i]);
        slopes.push((daily[j] - daily[i]) / ((j - i) * HOURS_PER_DAY));
      }
      // Most series have no trend, and show it long before their last day.
      if (!isSignificant(Math.abs(score) + pairsLeft)) return 0;
    }
  }
  return isSignificant(score) ? median(slopes) : 0;
}

function medianOfDay(values: Float64Array, start: number): number {
  const hours = scratch(HOURS_PER_DAY);
  let n = 0;
  for (let i = start; i < start + HOURS_PER_DAY; i++) if (!Number.isNaN(values[i])) hours[n++] = values[i];
  return medianOfFirst(hours, n);
}
