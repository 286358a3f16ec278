import { median, medianOfFirst } from "../statistics";
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
  const daily = new Float64Array(days);
  const hours = new Float64Array(HOURS_PER_DAY);
  for (let day = 0; day < days; day++) {
    let n = 0;
    for (let i = offset + day * HOURS_PER_DAY, end = i + HOURS_PER_DAY; i < end; i++) {
      if (!Number.isNaN(values[i])) hours[n++] = values[i];
    }
    daily[day] = n < MIN_HOURS ? Number.NaN : medianOfFirst(hours, n);
  }
  const slopes: number[] = [];
  let score = 0;
  let variance = 0;
  for (let weekday = 0; weekday < 7; weekday++) {
    let n = 0;
    for (let i = weekday; i < days; i += 7) {
      if (Number.isNaN(daily[i])) continue;
      n++;
      for (let j = i + 7; j < days; j += 7) {
        if (Number.isNaN(daily[j])) continue;
        score += Math.sign(daily[j] - daily[i]);
        slopes.push((daily[j] - daily[i]) / ((j - i) * HOURS_PER_DAY));
      }
    }
    variance += (n * (n - 1) * (2 * n + 5)) / 18;
  }
  if (variance === 0) return 0;
  const z = (Math.abs(score) - 1) / Math.sqrt(variance);
  return z > SIGNIFICANT_Z ? median(slopes) : 0;
}
