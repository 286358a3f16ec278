import type { GapHistogram } from "./gaps";
import { type ActivitySeries, WINDOW_MINUTES } from "./series";

/** Idle minutes of a series that was never seen. */
export const SILENT = 25_000;
/** What an idle-time hazard is drawn towards, and by how many gaps. */
const BASE_HAZARD = 0.01;
export const HAZARD_WEIGHT = 4;

export interface HazardOf {
  readonly own: ActivitySeries;
  /** Gaps of all series of its kind. */
  readonly prior: GapHistogram;
  readonly window: number;
}

/** Minutes since the series' last request, as of the start of a window. */
export const idleMinutes = (own: ActivitySeries, window: number): number =>
  own.lastMinute < 0 ? SILENT : window * WINDOW_MINUTES - own.lastMinute;

/** Of all series of a kind. */
export const priorHazard = ({ prior, own, window }: HazardOf): number =>
  prior.hazard(idleMinutes(own, window), WINDOW_MINUTES, BASE_HAZARD, 1);

/**
 * Hazard of the idle-time histogram: the share of the subject's gaps at least as long as the present one that ended
 * within the next window, drawn towards that of all subjects of its kind.
 */
export function idleHazard({ own, prior, window }: HazardOf): number {
  return own.gaps.hazard(idleMinutes(own, window), WINDOW_MINUTES, priorHazard({ own, prior, window }), HAZARD_WEIGHT);
}
