import { MAD_TO_SIGMA, medianOfFirst, medianOfSorted, scratch, sortFirst, spreadOfSorted } from "../statistics";
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

/*
 * A profile is made for every VM and resource: what is only needed meanwhile is allocated once, since a small typed array
 * costs as much to allocate as to fill.
 */
const centers = new Float64Array(24);
const spreads = new Float64Array(24);
const weekCount = new Float64Array(HOURS_PER_WEEK);
const weekMean = new Float64Array(HOURS_PER_WEEK);
const cellSize = new Float64Array(HOURS_PER_WEEK);
const cellMean = new Float64Array(HOURS_PER_WEEK);

/**
 * Mean per hour of the week (168). Each level adds what its cells show beyond the coarser one, shrunk by Bühlmann's
 * credibility n / (n + k), k = variance within cells over variance between them, both estimated from the series: noise
 * leaves the profile flat, a strong cycle comes through after few weeks. A cell without samples keeps the coarser level.
 */
export function weeklyProfile(values: Float64Array, firstHour: number): Float64Array {
  const scatter = foldToWeek(values, firstHour);
  const profile = new Float64Array(HOURS_PER_WEEK).fill(meanOf(values));
  for (const { cells, cellOf } of LEVELS) addCredibleMeans(profile, scatter, cells, cellOf);
  return profile;
}

/**
 * Pulls in what no cycle explains: a sample beyond five robust deviations from the median of its hour of day, unless
 * the same hour of another week went as far. A weekly batch job stays; a single burst doesn't move the profile.
 * Gives `values` themselves where there is nothing to pull in.
 */
export function withoutBursts(values: Float64Array, firstHour: number): Float64Array {
  spreadsByHour(values, firstHour);
  // The wider of the hour's own and the series' spread: a quiet hour's spread rests on few samples.
  if (!anyBeyond(values, firstHour)) return values;
  const overall = overallSpread(values, firstHour);
  for (let hour = 0; hour < 24; hour++) spreads[hour] = Math.max(overall, spreads[hour]);
  const calm = values.slice();
  for (let i = 0, hour = firstHour % 24; i < values.length; i++, hour = hour === 23 ? 0 : hour + 1) {
    const reach = OUTLIER_SIGMAS * MAD_TO_SIGMA * spreads[hour];
    const high = centers[hour] + reach;
    const low = centers[hour] - reach;
    if (values[i] > high) calm[i] = Math.max(high, Math.min(values[i], ofOtherWeeks(values, i, Math.max, -Infinity)));
    else if (values[i] < low) calm[i] = Math.min(low, Math.max(values[i], ofOtherWeeks(values, i, Math.min, Infinity)));
  }
  return calm;
}

/** Fills `centers` and `spreads`: the median of each hour of day, and the median of what its samples deviate from it. */
function spreadsByHour(values: Float64Array, firstHour: number): void {
  const column = scratch(values.length);
  for (let hour = 0; hour < 24; hour++) {
    const first = (hour - (firstHour % 24) + 24) % 24;
    let n = 0;
    for (let i = first; i < values.length; i += 24) if (!Number.isNaN(values[i])) column[n++] = values[i];
    sortFirst(column, n);
    centers[hour] = medianOfSorted(column, n);
    spreads[hour] = spreadOfSorted(column, n, centers[hour]);
  }
}

/** Whether any sample is beyond the reach of its own hour's spread: most series have none, and need no overall spread. */
function anyBeyond(values: Float64Array, firstHour: number): boolean {
  for (let i = 0, hour = firstHour % 24; i < values.length; i++, hour = hour === 23 ? 0 : hour + 1) {
    const reach = OUTLIER_SIGMAS * MAD_TO_SIGMA * spreads[hour];
    if (values[i] > centers[hour] + reach || values[i] < centers[hour] - reach) return true;
  }
  return false;
}

/** Median of what all samples deviate from the median of their hour. */
function overallSpread(values: Float64Array, firstHour: number): number {
  const deviations = scratch(values.length);
  let n = 0;
  for (let i = 0, hour = firstHour % 24; i < values.length; i++, hour = hour === 23 ? 0 : hour + 1) {
    if (!Number.isNaN(values[i])) deviations[n++] = Math.abs(values[i] - centers[hour]);
  }
  return medianOfFirst(deviations, n);
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

/**
 * Fills `weekCount` and `weekMean`, the series by hour of the week: all that the levels of a profile need to know of it,
 * beside what this gives, the squares of the samples' distances from the mean of their hour.
 */
function foldToWeek(values: Float64Array, firstHour: number): number {
  let scatter = 0;
  const first = hourOfWeek(firstHour);
  for (let hour = 0; hour < HOURS_PER_WEEK; hour++) {
    const start = hour >= first ? hour - first : hour - first + HOURS_PER_WEEK;
    let n = 0;
    let sum = 0;
    for (let i = start; i < values.length; i += HOURS_PER_WEEK) {
      if (Number.isNaN(values[i])) continue;
      n++;
      sum += values[i];
    }
    const average = n === 0 ? 0 : sum / n;
    weekCount[hour] = n;
    weekMean[hour] = average;
    for (let i = start; n > 1 && i < values.length; i += HOURS_PER_WEEK) {
      if (!Number.isNaN(values[i])) scatter += (values[i] - average) * (values[i] - average);
    }
  }
  return scatter;
}

/**
 * Adds to the profile Bühlmann and Straub's estimators for the cells' deviations from it, with prior mean 0.
 * @param scatter of the week that was folded last
 */
function addCredibleMeans(profile: Float64Array, scatter: number, cells: number, cellOf: Uint8Array): void {
  cellSize.fill(0, 0, cells);
  cellMean.fill(0, 0, cells);
  let squares = scatter;
  for (let hour = 0; hour < HOURS_PER_WEEK; hour++) {
    const residual = weekMean[hour] - profile[hour];
    const weighed = weekCount[hour] * residual;
    cellSize[cellOf[hour]] += weekCount[hour];
    cellMean[cellOf[hour]] += weighed;
    squares += weighed * residual;
  }
  let samples = 0;
  let filled = 0;
  let between = 0;
  for (let cell = 0; cell < cells; cell++) {
    if (cellSize[cell] === 0) continue;
    samples += cellSize[cell];
    filled++;
    between += (cellMean[cell] * cellMean[cell]) / cellSize[cell];
  }
  if (samples <= filled || filled < 2) return;
  const within = Math.max(0, squares - between) / (samples - filled);
  const variance = (between - filled * within) / samples;
  if (variance <= 0) return;
  const k = within / variance;
  // A cell without samples adds nothing, also where k is 0.
  for (let cell = 0; cell < cells; cell++) if (cellSize[cell] > 0) cellMean[cell] /= cellSize[cell] + k;
  for (let hour = 0; hour < HOURS_PER_WEEK; hour++) profile[hour] += cellMean[cellOf[hour]];
}
