import { insertSorted, replaceSorted } from "./sorted-window";

/**
 * Median at the same phase over up to `turns` earlier turns of a cycle, for slots of a series and up to a turn beyond
 * its end; NaN where no earlier turn was seen. Worked out when first asked for: most slots of a long history never are.
 * Each phase keeps its turns sorted, so that the next slot of it takes one value in and one out.
 */
export class Turns {
  /** By slot, of those that were asked for. */
  readonly medians: Float64Array;
  private readonly known: Uint8Array;
  /** [phase][turn] ascending, as of the slot of that phase that was asked for last. */
  private readonly sorted: Float64Array;
  /** By phase, that slot; -1: none yet. */
  private readonly latest: Int32Array;

  constructor(
    private readonly values: Float64Array,
    private readonly period: number,
    private readonly turns: number,
  ) {
    this.medians = new Float64Array(values.length + period);
    this.known = new Uint8Array(this.medians.length);
    this.sorted = new Float64Array(period * turns);
    this.latest = new Int32Array(period).fill(-1);
  }

  at(slot: number): number {
    if (this.known[slot] === 0) this.workOut(slot);
    return this.medians[slot];
  }

  /** Works out the medians of the slots `from` to `end` (without it). */
  upTo(from: number, end: number): void {
    for (let slot = from; slot < end; slot++) if (this.known[slot] === 0) this.workOut(slot);
  }

  /** Mean of the medians over `reach` slots to either side, those that are known; the next turn's aren't asked. */
  around(slot: number, reach: number, end: number): number {
    let sum = 0;
    let n = 0;
    for (let at = Math.max(0, slot - reach); at <= Math.min(end, slot + reach); at++) {
      const value = this.at(at);
      if (Number.isNaN(value)) continue;
      sum += value;
      n++;
    }
    return n > 0 ? sum / n : Number.NaN;
  }

  private workOut(slot: number): void {
    const { values, period, turns, sorted, latest } = this;
    const phase = slot % period;
    const at = phase * turns;
    const count = Math.min(turns, Math.floor(slot / period));
    const newest = slot - period;
    if (latest[phase] === newest && newest >= 0) {
      const oldest = newest - turns * period;
      if (oldest >= 0) replaceSorted(sorted, at, turns, values[oldest], values[newest]);
      else insertSorted(sorted, at, count - 1, values[newest]);
    } else {
      for (let n = 0, past = newest; n < count; n++, past -= period) insertSorted(sorted, at, n, values[past]);
    }
    latest[phase] = slot;
    this.known[slot] = 1;
    this.medians[slot] = count === 0 ? Number.NaN : (sorted[at + ((count - 1) >> 1)] + sorted[at + (count >> 1)]) / 2;
  }
}
