/**
 * Sums of a forecast's absolute errors over spans of slots, for a forecast that says the same of a slot from whatever origin:
 * the origins of a day share each span. Worked out when first asked for.
 */
export class SpanErrors {
  /** By first slot, the sum over `length` slots; negative: not worked out yet. */
  private readonly sums: Float64Array;
  private length = 0;

  /** @param said what is said of a slot stands `back` slots before it; NaN where the forecast has no ground */
  constructor(
    private readonly values: Float64Array,
    private readonly said: Float64Array,
    private readonly back: number,
  ) {
    this.sums = new Float64Array(values.length);
  }

  /** @param first at least `back` */
  sum(first: number, end: number): number {
    const { sums, values, said, back } = this;
    if (this.length !== end - first) {
      // The groups of a horizon are mostly of one length; where they aren't, spans are worked out anew.
      this.length = end - first;
      sums.fill(-1);
    }
    const known = sums[first];
    if (known >= 0 || Number.isNaN(known)) return known;
    let sum = 0;
    for (let slot = first; slot < end; slot++) sum += Math.abs(values[slot] - said[slot - back]);
    sums[first] = sum;
    return sum;
  }
}
