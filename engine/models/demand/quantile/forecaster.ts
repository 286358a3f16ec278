import { AffinityError } from "../../../errors";
import { evaluateForestPlain } from "../../../compute/devices/plain-forest";
import { type FlatModels, flattenTrees, gainImportance } from "../../learning/trees";
import { CANDIDATES, CANDIDATE_NAMES, Candidates } from "./candidates";
import { FeatureTable, type View, viewOf } from "./features";
import type { DemandModelFile } from "./file";
import { MEDIAN_LEVEL, QUANTILE_LEVELS, interpolateLevels } from "./levels";
import { type Rhythm, LEAD_GROUPS, contextSlots, rhythmOf, usefulSlots } from "./rhythm";
import { LEAST_DAYS } from "./training-set";

const LEVELS = QUANTILE_LEVELS.length;

/**
 * A trained demand forecaster, made ready from its file: quantiles of the next slots of any series of its step.
 *
 * Simple forecasts (levels, daily and short cycles) are weighed by how they fared lately in the series itself; boosted
 * trees, trained over all series in units of each one's day-to-day change, correct that anchor and give its spread.
 */
export class DemandForecaster {
  readonly rhythm: Rhythm;
  private readonly table: FeatureTable;
  private readonly models: FlatModels;
  private readonly learned: readonly number[];
  private readonly leads: Int32Array;
  private readonly rows: Float32Array;
  private readonly anchors: Float64Array;
  /** [learned level][slot] */
  private readonly sums: Int32Array;

  /** @throws AffinityError MODEL_FEATURES where the file was trained on other features than this version's */
  constructor(readonly file: DemandModelFile) {
    this.rhythm = rhythmOf(file.stepSeconds, file.horizon);
    this.table = new FeatureTable(this.rhythm);
    if (file.features.join("\n") !== this.table.names.join("\n")) {
      throw new AffinityError({
        code: "MODEL_FEATURES",
        message: `the model file of ${file.model} was trained on other features than this version reads`,
        hint: "train it anew",
      });
    }
    this.models = flattenTrees(file.forests.map(({ trees }) => trees));
    this.learned = file.forests.map(({ level }) => level);
    const { horizon } = this.rhythm;
    this.leads = Int32Array.from({ length: horizon }, (_, lead) => lead);
    this.rows = new Float32Array(horizon * this.table.names.length);
    this.anchors = new Float64Array(horizon);
    this.sums = new Int32Array(file.forests.length * horizon);
  }

  /** Whether a series of so many slots is long enough. */
  accepts(slots: number): boolean {
    return slots >= LEAST_DAYS * this.rhythm.slotsPerDay;
  }

  /**
   * Whether its own held-out history says that this model serves a series better than the baseline; for a series that
   * wasn't there then, whether it did so for all of them together.
   */
  serves(id: string): boolean {
    const { series, skill } = this.file;
    const own = Object.hasOwn(series, id) ? series[id] : undefined;
    if (own) return own.model < own.baseline;
    return skill !== null && skill.value < skill.baseline.value;
  }

  /**
   * Quantiles of the slots after the last of `values` (gaps filled, oldest first): [slot][level], never below 0 and
   * never falling from one level to the next.
   */
  forecast(values: Float64Array, into?: Float64Array): Float64Array {
    return this.forecastView(this.view(values), into ?? new Float64Array(this.rhythm.horizon * LEVELS));
  }

  /** The same for a series that is looked at from many origins. */
  forecastAt(candidates: Candidates, origin: number): Float64Array {
    return this.forecastView(viewOf(candidates, origin), new Float64Array(this.rhythm.horizon * LEVELS));
  }

  /** Which simple forecasts carry this one, and what the trees look at most. */
  explain(values: Float64Array, unit: string): string {
    const { weights } = this.view(values).record;
    const parts = CANDIDATE_NAMES.map((name, k) => ({ name, share: meanOver(weights, k) }))
      .filter(({ share }) => share >= 0.1)
      .sort((a, b) => b.share - a.share)
      .slice(0, 3);
    const carried = parts.map(({ name, share }) => `${name} (${(100 * share).toFixed(0)} %)`).join(", ");
    const quantiles = this.forecast(values);
    const middle = Math.floor(this.rhythm.horizon / 2) * LEVELS;
    const [low, median, high] = [0, MEDIAN_LEVEL, LEVELS - 1].map((level) => quantiles[middle + level].toFixed(0));
    return `${median} ${unit} half way, ${low} to ${high} with 80 %; starts from ${carried || "many forecasts alike"}`;
  }

  /** The features that the median's trees gained most by, with their share of the gain, greatest first. */
  importance(count = 10): { readonly feature: string; readonly share: number }[] {
    const at = this.learned.reduce(
      (best, level, i) => (Math.abs(level - 0.5) < Math.abs(this.learned[best] - 0.5) ? i : best),
      0,
    );
    const gains = gainImportance(this.file.forests[at].trees);
    return this.table.names
      .map((feature, i) => ({ feature, share: gains[i] }))
      .sort((a, b) => b.share - a.share)
      .slice(0, count);
  }

  private view(values: Float64Array): View {
    if (!this.accepts(values.length)) throw new RangeError(`${values.length} slots are too few to forecast from`);
    const newest = values.subarray(Math.max(0, values.length - usefulSlots(this.rhythm)));
    const from = newest.length - contextSlots(this.rhythm);
    return viewOf(new Candidates(newest, this.rhythm, Math.max(0, from), true), newest.length);
  }

  private forecastView(view: View, into: Float64Array): Float64Array {
    const { table, rows, anchors, models, sums, leads } = this;
    table.write(view, leads, rows, anchors, 0);
    evaluateForestPlain({ forest: models.forest, rows: leads.length, values: rows }, sums);
    this.writeQuantiles(sums, view.context.scale, into);
    return into;
  }

  private writeQuantiles(sums: Int32Array, scale: number, into: Float64Array): void {
    const { learned, anchors, leads, models, file } = this;
    const { initial, unit } = models;
    const sorted = learned.map(() => 0);
    for (let lead = 0; lead < leads.length; lead++) {
      for (let k = 0; k < learned.length; k++) sorted[k] = initial[k] + unit[k] * sums[k * leads.length + lead];
      // Forests are fitted apart from each other; sorting never makes the pinball loss worse.
      sorted.sort((a, b) => a - b);
      const levels = interpolateLevels(learned, sorted, QUANTILE_LEVELS);
      const median = levels[MEDIAN_LEVEL];
      let falls = false;
      for (let level = 0; level < LEVELS; level++) {
        const at = lead * LEVELS + level;
        const spread = median + file.spread[level] * (levels[level] - median);
        into[at] = Math.max(0, anchors[lead] + scale * spread);
        falls ||= level > 0 && into[at] < into[at - 1];
      }
      if (falls) into.subarray(lead * LEVELS, (lead + 1) * LEVELS).sort();
    }
  }
}

function meanOver(weights: Float64Array, candidate: number): number {
  if (weights.length !== CANDIDATES * LEAD_GROUPS) throw new RangeError(`${weights.length} weights`);
  let sum = 0;
  for (let group = 0; group < LEAD_GROUPS; group++) sum += weights[candidate * LEAD_GROUPS + group];
  return sum / LEAD_GROUPS;
}
