import { type Rhythm, LEAD_GROUPS, leadGroupOf } from "./rhythm";
import { runningMedian } from "./running-median";
import { Turns } from "./turns";

/** Slots whose median is a level: the newest value, and ever longer looks back; a day's is added. */
const LEVEL_WIDTHS = [1, 3, 12, 48] as const;
/** Index of the level that others are measured from: the median of the last twelve slots. */
export const REFERENCE = 2;
/** Slots of a short cycle (an hour at five minutes, half a day at an hour) and how many of its turns are looked at. */
const CYCLE = 12;
const CYCLE_TURNS = 24;
const SMOOTHING = 3;
const USUAL_DAYS = 5;

export const CANDIDATE_NAMES: readonly string[] = [
  "the newest value",
  "the median of the last 3 slots",
  "the median of the last 12 slots",
  "the median of the last 48 slots",
  "the median of the last day",
  "yesterday at the same time",
  "the median of the same time on five days",
  "the short cycle",
  "the level now with the change that the day usually brings",
  "half the level now, half the usual at that time",
];
export const CANDIDATES = CANDIDATE_NAMES.length;
export const YESTERDAY = 5;
export const USUAL = 6;
const SHORT_CYCLE = 7;
const SHIFTED = 8;
const HALF = 9;
const ERRORS = CANDIDATES * LEAD_GROUPS;
/** Room for the errors of so many origins to begin with: those that one forecast at an hour's step looks back on. */
const FEW_ORIGINS = 146;

/**
 * Simple forecasts of one series at any instant of it, and how far off each was. All look only back: at origin t they
 * know values[0 .. t). Made once for a series, then asked at many origins.
 */
export class Candidates {
  private readonly levels: readonly Float64Array[];
  private readonly usual: Turns;
  private readonly cycle: Turns;
  private readonly smoothing: number;
  /** Infinity: not worked out yet. */
  private readonly smoothed: Float64Array;
  /** [past origin, in the order in which they were judged][candidate][lead group]; one array, for small ones are dear. */
  private errors: Float64Array = new Float64Array(0);
  /** By past origin, where its errors begin. */
  private readonly judged = new Map<number, number>();
  /** By lead group, the first lead after it. */
  private readonly groupEnds: Int32Array;

  /** @param from the earliest origin that will be asked for */
  constructor(
    readonly values: Float64Array,
    readonly rhythm: Rhythm,
    private readonly from = 0,
  ) {
    const { slotsPerDay, horizon } = rhythm;
    this.levels = [...LEVEL_WIDTHS, slotsPerDay].map((width) => runningMedian(values, width, from));
    this.usual = new Turns(values, slotsPerDay, USUAL_DAYS);
    this.cycle = new Turns(values, CYCLE, CYCLE_TURNS);
    this.groupEnds = groupEndsOf(rhythm);
    this.smoothed = new Float64Array(values.length + horizon).fill(Infinity);
    // Near a whole day ahead, smoothing would take in slots that aren't known yet.
    this.smoothing = horizon + SMOOTHING <= slotsPerDay ? SMOOTHING : 0;
  }

  /** The reference level at an origin. */
  level(origin: number): number {
    return this.levels[REFERENCE][origin];
  }

  /** What each candidate says at `origin` of the slot `lead` after it (0 is the next); NaN where it has no ground. */
  at(origin: number, lead: number, into: Float64Array): void {
    const { levels, values, rhythm, usual, cycle } = this;
    const slot = origin + lead;
    for (let k = 0; k < levels.length; k++) into[k] = levels[k][origin];
    const level = into[REFERENCE];
    into[YESTERDAY] = slot >= rhythm.slotsPerDay ? values[slot - rhythm.slotsPerDay] : Number.NaN;
    into[USUAL] = usual.at(slot);
    into[SHORT_CYCLE] = cycle.at(origin + (lead % CYCLE));
    into[SHIFTED] = origin >= CYCLE / 2 ? level + this.smooth(slot) - this.smooth(origin - CYCLE / 2) : Number.NaN;
    into[HALF] = (level + into[USUAL]) / 2;
  }

  private smooth(slot: number): number {
    const known = this.smoothed[slot];
    if (known !== Infinity) return known;
    const { values, rhythm, usual, smoothing } = this;
    return (this.smoothed[slot] = usual.around(slot, smoothing, values.length + rhythm.horizon - 1));
  }

  /**
   * Where in `errors` the [candidate][lead group] mean absolute errors at one past origin stand, whose horizon is over: the
   * sums of `at` over the leads, candidate by candidate. Most of a forecast's time goes by here.
   */
  private errorsAt(origin: number): number {
    const known = this.judged.get(origin);
    if (known !== undefined) return known;
    const { rhythm, values, levels, groupEnds } = this;
    const { slotsPerDay } = rhythm;
    const base = this.judged.size * ERRORS;
    if (base + ERRORS > this.errors.length) this.errors = grown(this.errors, base + ERRORS);
    this.judged.set(origin, base);
    const { errors } = this;
    const usual = this.usual.upTo(origin, origin + rhythm.horizon);
    const cycle = this.cycle.upTo(origin, origin + Math.min(CYCLE, rhythm.horizon));
    const level = levels[REFERENCE][origin];
    const smoothNow = origin >= CYCLE / 2 ? this.smooth(origin - CYCLE / 2) : Number.NaN;
    for (let group = 0, first = origin; group < LEAD_GROUPS; group++) {
      const end = origin + groupEnds[group];
      const slots = Math.max(1, end - first);
      const at = base + group;
      for (let k = 0; k < levels.length; k++) {
        const said = levels[k][origin];
        let sum = 0;
        for (let slot = first; slot < end; slot++) sum += Math.abs(values[slot] - said);
        errors[at + k * LEAD_GROUPS] = sum / slots;
      }
      let yesterday = 0;
      let asUsual = 0;
      let short = 0;
      let shifted = 0;
      let half = 0;
      for (let slot = first; slot < end; slot++) {
        const truth = values[slot];
        yesterday += Math.abs(truth - (slot >= slotsPerDay ? values[slot - slotsPerDay] : Number.NaN));
        asUsual += Math.abs(truth - usual[slot]);
        short += Math.abs(truth - cycle[origin + ((slot - origin) % CYCLE)]);
        shifted += Math.abs(truth - (level + this.smooth(slot) - smoothNow));
        half += Math.abs(truth - (level + usual[slot]) / 2);
      }
      errors[at + YESTERDAY * LEAD_GROUPS] = yesterday / slots;
      errors[at + USUAL * LEAD_GROUPS] = asUsual / slots;
      errors[at + SHORT_CYCLE * LEAD_GROUPS] = short / slots;
      errors[at + SHIFTED * LEAD_GROUPS] = shifted / slots;
      errors[at + HALF * LEAD_GROUPS] = half / slots;
      first = end;
    }
    return base;
  }

  /**
   * [candidate][lead group] mean absolute error over the past origins whose horizon ended within the `span` slots
   * before `origin`; NaN for a candidate that had no ground at any of them.
   */
  pastErrors(origin: number, span: number): Float64Array {
    const sums = new Float64Array(ERRORS);
    const counts = new Int32Array(ERRORS);
    const { horizon, stride, slotsPerDay } = this.rhythm;
    const oldest = Math.max(slotsPerDay, this.from, origin - span);
    // From the oldest on, which costs least.
    this.usual.upTo(oldest, origin);
    this.cycle.upTo(oldest, origin - horizon + Math.min(CYCLE, horizon));
    for (let past = origin - horizon; past >= oldest; past -= stride) {
      const at = this.errorsAt(past);
      const { errors } = this;
      for (let i = 0; i < ERRORS; i++) {
        const error = errors[at + i];
        if (Number.isNaN(error)) continue;
        sums[i] += error;
        counts[i]++;
      }
    }
    for (let i = 0; i < ERRORS; i++) sums[i] = counts[i] > 0 ? sums[i] / counts[i] : Number.NaN;
    return sums;
  }
}

/** A copy with room for `least` numbers and as many again. */
function grown(numbers: Float64Array, least: number): Float64Array {
  const larger = new Float64Array(Math.max(2 * least, FEW_ORIGINS * ERRORS));
  larger.set(numbers);
  return larger;
}

function groupEndsOf(rhythm: Rhythm): Int32Array {
  const ends = new Int32Array(LEAD_GROUPS);
  for (let lead = 0; lead < rhythm.horizon; lead++) ends[leadGroupOf(rhythm, lead)] = lead + 1;
  // A horizon of fewer slots than groups leaves some empty.
  for (let group = 1; group < LEAD_GROUPS; group++) ends[group] = Math.max(ends[group], ends[group - 1]);
  return ends;
}
