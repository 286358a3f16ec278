import { medianOfFirst } from "../../statistics";

/**
 * Median at the same phase over up to `turns` earlier turns of a cycle, for slots of a series and up to a turn beyond
 * its end; NaN where no earlier turn was seen. Worked out when first asked for: most slots of a long history never are.
 */
export class Turns {
  private readonly medians: Float64Array;
  private readonly known: Uint8Array;
  private readonly buffer: Float64Array;

  constructor(
    private readonly values: Float64Array,
    private readonly period: number,
    private readonly turns: number,
  ) {
    this.medians = new Float64Array(values.length + period);
    this.known = new Uint8Array(this.medians.length);
    this.buffer = new Float64Array(turns);
  }

  at(slot: number): number {
    if (this.known[slot] === 0) {
      let n = 0;
      for (let past = slot - this.period; past >= 0 && n < this.turns; past -= this.period) {
        this.buffer[n++] = this.values[past];
      }
      this.medians[slot] = medianOfFirst(this.buffer, n);
      this.known[slot] = 1;
    }
    return this.medians[slot];
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
}
