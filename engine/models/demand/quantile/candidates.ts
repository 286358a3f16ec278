import { type Rhythm, LEAD_GROUPS, leadGroupOf } from "./rhythm";
import { runningMedian } from "./running-median";
import { SpanErrors } from "./span-errors";
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
/** Of an origin that is looked at once. */
const scratch = new Float64Array(ERRORS);

/**
 * Simple forecasts of one series at any instant of it, and how far off each was. All look only back: at origin t they
 * know values[0 .. t). Made once for a series, then asked at many origins.
 */
export class Candidates {
  private readonly levels: readonly Float64Array[];
  private readonly usual: Turns;
  private readonly cycle: Turns;
  private readonly smoothing: number;
  /** Of the forecasts that say the same of a slot from wherever it is looked at. */
  private readonly ofYesterday: SpanErrors;
  private readonly ofUsual: SpanErrors;
  /** Infinity: not worked out yet. */
  private readonly smoothed: Float64Array;
  /** By past origin, its [candidate][lead group] errors, of a series that is asked at many origins. */
  private readonly judged: Map<number, Float64Array> | null;
  /** By lead group, the first lead after it. */
  private readonly groupEnds: Int32Array;

  /**
   * @param from the earliest origin that will be asked for
   * @param once whether a single origin will be: what past ones showed need not be kept
   */
  constructor(
    readonly values: Float64Array,
    readonly rhythm: Rhythm,
    private readonly from = 0,
    once = false,
  ) {
    const { slotsPerDay, horizon } = rhythm;
    this.levels = [...LEVEL_WIDTHS, slotsPerDay].map((width) => runningMedian(values, width, from));
    this.usual = new Turns(values, slotsPerDay, USUAL_DAYS);
    this.cycle = new Turns(values, CYCLE, CYCLE_TURNS);
    this.ofYesterday = new SpanErrors(values, values, slotsPerDay);
    this.ofUsual = new SpanErrors(values, this.usual.medians, 0);
    this.groupEnds = groupEndsOf(rhythm);
    this.judged = once ? null : new Map();
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
   * The [candidate][lead group] mean absolute errors at one past origin, whose horizon is over: the sums of `at` over the
   * leads, candidate by candidate. Most of a forecast's time goes by here.
   */
  private errorsAt(origin: number): Float64Array {
    const known = this.judged?.get(origin);
    if (known) return known;
    const errors = this.judged ? new Float64Array(ERRORS) : scratch;
    this.judged?.set(origin, errors);
    const { values, groupEnds, smoothed, levels } = this;
    // Worked out already, for all past origins at once.
    const usual = this.usual.medians;
    const cycle = this.cycle.medians;
    const newest = levels[0][origin];
    const of3 = levels[1][origin];
    const level = levels[REFERENCE][origin];
    const of48 = levels[3][origin];
    const ofDay = levels[4][origin];
    const smoothNow = origin >= CYCLE / 2 ? this.smooth(origin - CYCLE / 2) : Number.NaN;
    let inCycle = origin;
    for (let group = 0, first = origin; group < LEAD_GROUPS; group++) {
      const last = origin + groupEnds[group];
      const slots = Math.max(1, last - first);
      // One loop for all, side by side: each sum waits for its own last addition alone.
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      let e = 0;
      let short = 0;
      let shifted = 0;
      let half = 0;
      for (let slot = first; slot < last; slot++) {
        const truth = values[slot];
        a += Math.abs(truth - newest);
        b += Math.abs(truth - of3);
        c += Math.abs(truth - level);
        d += Math.abs(truth - of48);
        e += Math.abs(truth - ofDay);
        short += Math.abs(truth - cycle[inCycle]);
        if (++inCycle === origin + CYCLE) inCycle = origin;
        shifted += Math.abs(truth - (level + smoothed[slot] - smoothNow));
        half += Math.abs(truth - (level + usual[slot]) / 2);
      }
      errors[group] = a / slots;
      errors[group + LEAD_GROUPS] = b / slots;
      errors[group + 2 * LEAD_GROUPS] = c / slots;
      errors[group + 3 * LEAD_GROUPS] = d / slots;
      errors[group + 4 * LEAD_GROUPS] = e / slots;
      errors[group + YESTERDAY * LEAD_GROUPS] = this.ofYesterday.sum(first, last) / slots;
      errors[group + USUAL * LEAD_GROUPS] = this.ofUsual.sum(first, last) / slots;
      errors[group + SHORT_CYCLE * LEAD_GROUPS] = short / slots;
      errors[group + SHIFTED * LEAD_GROUPS] = shifted / slots;
      errors[group + HALF * LEAD_GROUPS] = half / slots;
      first = last;
    }
    return errors;
  }

  /**
   * [candidate][lead group] mean absolute error over the past origins whose horizon ended within the `span` slots
   * before `origin`; NaN for a candidate that had no ground at any of them.
   */
  pastErrors(origin: number, span: number): Float64Array {
    const sums = new Float64Array(ERRORS);
    const lacking = new Int32Array(ERRORS);
    let origins = 0;
    const { horizon, stride, slotsPerDay } = this.rhythm;
    const oldest = Math.max(slotsPerDay, this.from, origin - span);
    // From the oldest on, which costs least.
    this.usual.upTo(oldest, origin);
    this.cycle.upTo(oldest, origin - horizon + Math.min(CYCLE, horizon));
    for (let slot = oldest; slot < origin; slot++) this.smooth(slot);
    for (let past = origin - horizon; past >= oldest; past -= stride) {
      const errors = this.errorsAt(past);
      origins++;
      for (let i = 0; i < ERRORS; i++) {
        const error = errors[i];
        if (Number.isNaN(error)) lacking[i]++;
        else sums[i] += error;
      }
    }
    for (let i = 0; i < ERRORS; i++) sums[i] = origins > lacking[i] ? sums[i] / (origins - lacking[i]) : Number.NaN;
    return sums;
  }
}

function groupEndsOf(rhythm: Rhythm): Int32Array {
  const ends = new Int32Array(LEAD_GROUPS);
  for (let lead = 0; lead < rhythm.horizon; lead++) ends[leadGroupOf(rhythm, lead)] = lead + 1;
  // A horizon of fewer slots than groups leaves some empty.
  for (let group = 1; group < LEAD_GROUPS; group++) ends[group] = Math.max(ends[group], ends[group - 1]);
  return ends;
}
