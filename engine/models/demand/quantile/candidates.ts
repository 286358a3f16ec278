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
  private readonly errors = new Map<number, Float64Array>();
  private readonly buffer = new Float64Array(CANDIDATES);

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
    into[8] = origin >= CYCLE / 2 ? level + this.smooth(slot) - this.smooth(origin - CYCLE / 2) : Number.NaN;
    into[9] = (level + into[USUAL]) / 2;
  }

  private smooth(slot: number): number {
    const known = this.smoothed[slot];
    if (known !== Infinity) return known;
    const { values, rhythm, usual, smoothing } = this;
    return (this.smoothed[slot] = usual.around(slot, smoothing, values.length + rhythm.horizon - 1));
  }

  /** [candidate][lead group] mean absolute error at one past origin, whose horizon is over; cached. */
  private errorsAt(origin: number): Float64Array {
    const known = this.errors.get(origin);
    if (known) return known;
    const { rhythm, values, buffer } = this;
    const sums = new Float64Array(CANDIDATES * LEAD_GROUPS);
    const counts = new Int32Array(LEAD_GROUPS);
    for (let lead = 0; lead < rhythm.horizon; lead++) {
      this.at(origin, lead, buffer);
      const group = leadGroupOf(rhythm, lead);
      const truth = values[origin + lead];
      counts[group]++;
      for (let k = 0; k < CANDIDATES; k++) sums[k * LEAD_GROUPS + group] += Math.abs(truth - buffer[k]);
    }
    for (let i = 0; i < sums.length; i++) sums[i] /= Math.max(1, counts[i % LEAD_GROUPS]);
    this.errors.set(origin, sums);
    return sums;
  }

  /**
   * [candidate][lead group] mean absolute error over the past origins whose horizon ended within the `span` slots
   * before `origin`; NaN for a candidate that had no ground at any of them.
   */
  pastErrors(origin: number, span: number): Float64Array {
    const sums = new Float64Array(CANDIDATES * LEAD_GROUPS);
    const counts = new Int32Array(sums.length);
    const { horizon, stride, slotsPerDay } = this.rhythm;
    const oldest = Math.max(slotsPerDay, this.from, origin - span);
    for (let past = origin - horizon; past >= oldest; past -= stride) {
      const errors = this.errorsAt(past);
      for (let i = 0; i < sums.length; i++) {
        if (Number.isNaN(errors[i])) continue;
        sums[i] += errors[i];
        counts[i]++;
      }
    }
    return sums.map((sum, i) => (counts[i] > 0 ? sum / counts[i] : Number.NaN));
  }
}
