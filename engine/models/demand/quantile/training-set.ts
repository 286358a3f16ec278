import { createRandom } from "../../../random";
import type { TrainingSet } from "../../learning/trees";
import { Candidates } from "./candidates";
import { FeatureTable, viewOf } from "./features";
import { type Rhythm, contextSlots } from "./rhythm";

/** History of one series on a regular grid, gaps filled. */
export interface TrainingSeries {
  readonly id: string;
  /** Epoch seconds of values[0]. */
  readonly start: number;
  readonly values: Float64Array;
  /** Slots from here on are neither learned from nor judged by. */
  readonly until: number;
}

/** Lead times drawn from each window: neighbours in one window tell little that is new. */
const LEADS_PER_WINDOW = 6;
/** Rows that a fit is content with; with more series their windows are drawn farther apart. */
const ROWS = 90_000;
const CLOSEST_WINDOWS = 6;
/** A target this many scales from its anchor is drawn in: a burst shouldn't own the sums of a leaf. */
const OUTERMOST = 1e4;

/** Days that a series must have before its first origin. */
export const LEAST_DAYS = 3;

/** First origin that has context enough: a week of it where the series is long enough to learn from after that. */
export function firstOrigin(series: TrainingSeries, rhythm: Rhythm): number {
  const week = contextSlots(rhythm);
  return series.until >= 2 * week ? week : LEAST_DAYS * rhythm.slotsPerDay;
}

/**
 * Windows drawn from all series, each seen from an origin that knows only what was before it, with targets that end
 * by `until`. Targets are differences to the anchor in units of the series' scale: the absolute error that is learned
 * to be small is then the one that MASE measures.
 * @returns null where no series is long enough
 */
export function drawTrainingSet(
  series: readonly TrainingSeries[],
  candidates: readonly Candidates[],
  table: FeatureTable,
  seed: number,
): TrainingSet | null {
  const { rhythm } = table;
  const { horizon } = rhythm;
  const spans = series.map((one) => Math.max(0, one.until - horizon + 1 - firstOrigin(one, rhythm)));
  const possible = spans.reduce((sum, span) => sum + span, 0);
  const leadsEach = Math.min(LEADS_PER_WINDOW, horizon);
  const closest = Math.max(1, Math.round((CLOSEST_WINDOWS * rhythm.stride) / 12));
  const apart = Math.max(closest, Math.ceil((possible * leadsEach) / ROWS));
  const windows: { readonly of: number; readonly origin: number }[] = [];
  series.forEach((one, of) => {
    const random = createRandom(seed, "windows", one.id);
    const first = firstOrigin(one, rhythm);
    for (let at = 0; at < spans[of]; at += apart) {
      const origin = first + at + random.integer(apart);
      if (origin + horizon <= one.until) windows.push({ of, origin });
    }
  });
  if (windows.length === 0) return null;

  const columns = table.names.length;
  const rows = windows.length * leadsEach;
  const values = new Float32Array(rows * columns);
  const targets = new Float64Array(rows);
  const anchors = new Float64Array(rows);
  const leads = Array.from({ length: horizon }, (_, lead) => lead);
  const random = createRandom(seed, "leads");
  windows.forEach(({ of, origin }, w) => {
    const view = viewOf(candidates[of], origin);
    const chosen = random.shuffle(leads).slice(0, leadsEach);
    const at = w * leadsEach;
    table.write(view, chosen, values, anchors, at);
    chosen.forEach((lead, i) => {
      const target = (series[of].values[origin + lead] - anchors[at + i]) / view.context.scale;
      targets[at + i] = Math.max(-OUTERMOST, Math.min(OUTERMOST, target));
    });
  });
  return { features: { rows, columns, values }, targets };
}

export const candidatesOf = (series: readonly TrainingSeries[], rhythm: Rhythm): Candidates[] =>
  series.map((one) => new Candidates(one.values, rhythm));
