import { type Rhythm, contextSlots } from "./rhythm";

/** Floor of the scale as a part of the level, so that a constant series has one. */
const MIN_SCALE = 1e-6;

/** The week before an origin: its scale, and statistics of its newest parts. */
export class Context {
  readonly values: Float64Array;
  /**
   * Mean change from one day to the next at the same time, as MASE measures errors by; near zero where the series
   * repeats itself exactly.
   */
  readonly scale: number;
  private readonly sortedParts = new Map<number, Float64Array>();

  /** @param origin the first slot that isn't known yet */
  constructor(
    values: Float64Array,
    readonly origin: number,
    { slotsPerDay, ...rest }: Rhythm,
  ) {
    const slots = Math.min(origin, contextSlots({ slotsPerDay, ...rest }));
    this.values = values.subarray(origin - slots, origin);
    const pairs = slots - slotsPerDay;
    let changes = 0;
    let level = 0;
    for (let i = slotsPerDay; i < slots; i++) {
      changes += Math.abs(this.values[i] - this.values[i - slotsPerDay]);
      level += Math.abs(this.values[i]);
    }
    this.scale = Math.max(changes / pairs, MIN_SCALE * Math.max(1e-6, level / pairs));
  }

  /** Quantile of the newest `slots` values, by straight lines between the order statistics. */
  quantile(slots: number, level: number): number {
    const sorted = this.sorted(slots);
    const at = level * (sorted.length - 1);
    const low = Math.floor(at);
    const high = Math.min(sorted.length - 1, low + 1);
    return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
  }

  /** The value `lag` slots back; 1 is the newest. */
  lag(lag: number): number {
    return this.values[this.values.length - lag];
  }

  /** Mean change from slot to slot over the newest `slots`. */
  roughness(slots: number): number {
    const from = Math.max(1, this.values.length - slots + 1);
    let sum = 0;
    for (let i = from; i < this.values.length; i++) sum += Math.abs(this.values[i] - this.values[i - 1]);
    return sum / (this.values.length - from);
  }

  deviation(slots: number): number {
    const from = Math.max(0, this.values.length - slots);
    const n = this.values.length - from;
    let mean = 0;
    for (let i = from; i < this.values.length; i++) mean += this.values[i] / n;
    let squares = 0;
    for (let i = from; i < this.values.length; i++) squares += (this.values[i] - mean) ** 2;
    return Math.sqrt(squares / n);
  }

  /** Autocorrelation over the whole week; 0 for a constant. */
  autocorrelation(lag: number): number {
    const { values } = this;
    let mean = 0;
    for (const value of values) mean += value / values.length;
    let squares = 0;
    let products = 0;
    for (let i = 0; i < values.length; i++) {
      squares += (values[i] - mean) ** 2;
      if (i >= lag) products += (values[i] - mean) * (values[i - lag] - mean);
    }
    return squares > 0 ? products / squares : 0;
  }

  /** Slots since the series was last farther than `distance` from `level`; the whole context where it never was. */
  slotsSinceFar(level: number, distance: number): number {
    for (let i = this.values.length - 1; i >= 0; i--) {
      if (Math.abs(this.values[i] - level) > distance) return this.values.length - 1 - i;
    }
    return this.values.length;
  }

  /** Share of the newest `slots` farther than `distance` from `level`. */
  shareFar(slots: number, level: number, distance: number): number {
    const from = Math.max(0, this.values.length - slots);
    let far = 0;
    for (let i = from; i < this.values.length; i++) if (Math.abs(this.values[i] - level) > distance) far++;
    return far / (this.values.length - from);
  }

  private sorted(slots: number): Float64Array {
    const known = this.sortedParts.get(slots);
    if (known) return known;
    const sorted = this.values.slice(Math.max(0, this.values.length - slots)).sort();
    this.sortedParts.set(slots, sorted);
    return sorted;
  }
}
