const DAY = 86_400;

/** Counts that decay, brought up to date only when they are touched. */
export class Decaying {
  private readonly value: Float64Array;
  private readonly since: Float64Array;

  constructor(
    rows: number,
    private readonly days: readonly number[],
  ) {
    this.value = new Float64Array(rows * days.length);
    this.since = new Float64Array(rows);
  }

  add(row: number, at: number): void {
    for (let d = 0; d < this.days.length; d++) this.value[row * this.days.length + d] = this.read(row, d, at) + 1;
    this.since[row] = at;
  }

  read(row: number, d: number, at: number): number {
    const value = this.value[row * this.days.length + d];
    return value === 0 ? 0 : value * Math.exp((this.since[row] - at) / (this.days[d] * DAY));
  }
}
