import { MAD_TO_SIGMA, medianOfFirst } from "../statistics";
import { HOURS_PER_WEEK, hourOfWeek } from "./model";

/** From the hour of the week to a cell. */
const cellTable = (cellOf: (hour: number) => number) =>
  Uint8Array.from({ length: HOURS_PER_WEEK }, (_, h) => cellOf(h));

/** Coarse to fine: hour of day, the same for weekdays and weekends apart, hour of week. */
const LEVELS: readonly { readonly cells: number; readonly cellOf: Uint8Array }[] = [
  { cells: 24, cellOf: cellTable((hour) => hour % 24) },
  { cells: 48, cellOf: cellTable((hour) => (hour % 24) + (hour >= 120 ? 24 : 0)) },
  { cells: HOURS_PER_WEEK, cellOf: cellTable((hour) => hour) },
];
const OUTLIER_SIGMAS = 5;

/**
 * Mean per hour of the week (168). Each level adds what its cells show beyond the coarser one, shrunk by Bühlmann's
 * credibility n / (n + k), k = variance within cells over variance between them, both estimated from the series: noise
 * leaves the profile flat, a strong cycle comes through after few weeks. A cell without samples keeps the coarser level.
 */
export function weeklyProfile(values: Float64Array, firstHour: number): Float64Array {
  const profile = new Float64Array(HOURS_PER_WEEK).fill(meanOf(values));
  for (const { cells, cellOf } of LEVELS) {
    const deviation = credibleMeans(values, firstHour, profile, cells, cellOf);
    for (let hour = 0; hour < HOURS_PER_WEEK; hour++) profile[hour] += deviation[cellOf[hour]];
  }
  return profile;
}

/**
 * Pulls in what no cycle explains: a sample beyond five robust deviations from the median of its hour of day, unless
 * the same hour of another week went as far. A weekly batch job stays; a single burst doesn't move the profile.
 */
export function withoutBursts(values: Float64Array, firstHour: number): Float64Array {
  const { centers, reach } = hourLimits(values, firstHour);
  const calm = values.slice();
  for (let i = 0, hour = firstHour % 24; i < values.length; i++, hour = (hour + 1) % 24) {
    const high = centers[hour] + reach[hour];
    const low = centers[hour] - reach[hour];
    if (values[i] > high) calm[i] = Math.max(high, Math.min(values[i], ofOtherWeeks(values, i, Math.max, -Infinity)));
    else if (values[i] < low) calm[i] = Math.min(low, Math.max(values[i], ofOtherWeeks(values, i, Math.min, Infinity)));
  }
  return calm;
}

function hourLimits(values: Float64Array, firstHour: number): { centers: Float64Array; reach: Float64Array } {
  const centers = new Float64Array(24);
  const reach = new Float64Array(24);
  const buffer = new Float64Array(values.length);
  const deviations = new Float64Array(values.length);
  let total = 0;
  for (let hour = 0; hour < 24; hour++) {
    const first = (hour - (firstHour % 24) + 24) % 24;
    let n = 0;
    for (let i = first; i < values.length; i += 24) if (!Number.isNaN(values[i])) buffer[n++] = values[i];
    const center = medianOfFirst(buffer, n);
    for (let i = 0; i < n; i++) {
      buffer[i] = Math.abs(buffer[i] - center);
      deviations[total++] = buffer[i];
    }
    centers[hour] = center;
    reach[hour] = medianOfFirst(buffer, n);
  }
  // The wider of the hour's own and the series' spread: a quiet hour's spread rests on few samples.
  const overall = medianOfFirst(deviations, total);
  for (let hour = 0; hour < 24; hour++) reach[hour] = OUTLIER_SIGMAS * MAD_TO_SIGMA * Math.max(overall, reach[hour]);
  return { centers, reach };
}

function ofOtherWeeks(values: Float64Array, i: number, choose: (a: number, b: number) => number, none: number): number {
  let chosen = none;
  for (let j = i % HOURS_PER_WEEK; j < values.length; j += HOURS_PER_WEEK) {
    if (j !== i && !Number.isNaN(values[j])) chosen = choose(chosen, values[j]);
  }
  return chosen;
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  let n = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    sum += values[i];
    n++;
  }
  return sum / n;
}

/** Bühlmann and Straub's estimators for the cells' deviations from `parent`, with prior mean 0. */
function credibleMeans(
  values: Float64Array,
  firstHour: number,
  parent: Float64Array,
  cells: number,
  cellOf: Uint8Array,
): Float64Array {
  const count = new Float64Array(cells);
  const sum = new Float64Array(cells);
  let squares = 0;
  for (let i = 0, hour = hourOfWeek(firstHour); i < values.length; i++, hour = (hour + 1) % HOURS_PER_WEEK) {
    const residual = values[i] - parent[hour];
    if (Number.isNaN(residual)) continue;
    const cell = cellOf[hour];
    count[cell]++;
    sum[cell] += residual;
    squares += residual * residual;
  }
  let samples = 0;
  let filled = 0;
  let between = 0;
  for (let cell = 0; cell < cells; cell++) {
    if (count[cell] === 0) continue;
    samples += count[cell];
    filled++;
    between += sum[cell] ** 2 / count[cell];
  }
  const means = new Float64Array(cells);
  if (samples <= filled || filled < 2) return means;
  const within = Math.max(0, squares - between) / (samples - filled);
  const variance = (between - filled * within) / samples;
  if (variance <= 0) return means;
  const k = within / variance;
  for (let cell = 0; cell < cells; cell++) if (count[cell] > 0) means[cell] = sum[cell] / (count[cell] + k);
  return means;
}
