import { weightedQuantile } from "../../learning/trees";
import { MEDIAN_LEVEL, QUANTILE_LEVELS } from "./levels";

const LEVELS = QUANTILE_LEVELS.length;
/** Bounds of the spread's correction: a short held-out time must not stretch a forecast at will. */
const LEAST_SPREAD = 0.6;
const GREATEST_SPREAD = 1.8;
/**
 * How far one window moves the logarithm of a level's spread, per unit of coverage missed. Chosen on windows before the
 * benchmark's own, as were the alternatives of ADR 13.
 */
const STEP = 0.05;

/** One forecast and what came true of it. */
export interface JudgedWindow {
  /** Epoch seconds at which the last of its slots was known. */
  readonly end: number;
  /** [slot][level] */
  readonly forecast: Float64Array;
  readonly truth: Float64Array;
}

/**
 * The factors by level, of the distance from the median, at which each level's share of the windows comes true: split
 * conformal prediction with scaled residuals. For a fit whose windows are many and not yet corrected for.
 */
export function fittedSpread(windows: readonly JudgedWindow[]): number[] {
  return QUANTILE_LEVELS.map((level, l) => {
    if (l === MEDIAN_LEVEL) return 1;
    const ratios: number[] = [];
    for (const { forecast, truth } of windows) {
      for (let slot = 0; slot < truth.length; slot++) {
        const median = forecast[slot * LEVELS + MEDIAN_LEVEL];
        const distance = forecast[slot * LEVELS + l] - median;
        if (distance !== 0) ratios.push((truth[slot] - median) / distance);
      }
    }
    if (ratios.length === 0) return 1;
    return bounded(weightedQuantile(ratios, undefined, Math.max(level, 1 - level)));
  });
}

/**
 * The factors by level after these windows, taken one after the other as they came true: each moves a level a little
 * towards the share that it should have (adaptive conformal inference, Gibbs and Candès, NeurIPS 2021, on the logarithm of
 * the spread). Few windows of alike series say little, for a quiet hour is quiet for all of them: so none decides alone.
 */
export function trackedSpread(windows: readonly JudgedWindow[]): number[] {
  const logarithms = new Float64Array(LEVELS);
  const inOrder = [...windows].sort((a, b) => a.end - b.end);
  for (const { forecast, truth } of inOrder) {
    for (let l = 0; l < LEVELS; l++) {
      if (l === MEDIAN_LEVEL) continue;
      const above = l > MEDIAN_LEVEL;
      const factor = Math.exp(logarithms[l]);
      let within = 0;
      let slots = 0;
      for (let slot = 0; slot < truth.length; slot++) {
        const median = forecast[slot * LEVELS + MEDIAN_LEVEL];
        const distance = forecast[slot * LEVELS + l] - median;
        // A machine that stands still, and is sure to, tells nothing of the others' spread.
        if (distance === 0) continue;
        slots++;
        const bound = Math.max(0, median + factor * distance);
        if (above ? truth[slot] <= bound : truth[slot] >= bound) within++;
      }
      if (slots === 0) continue;
      const wanted = above ? QUANTILE_LEVELS[l] : 1 - QUANTILE_LEVELS[l];
      logarithms[l] += STEP * (wanted - within / slots);
    }
  }
  return Array.from(logarithms, (logarithm) => bounded(Math.exp(logarithm)));
}

const bounded = (factor: number) => Math.max(LEAST_SPREAD, Math.min(GREATEST_SPREAD, factor));
