/** A burst of a group goes on while its failures follow each other this closely, seconds. */
const GAP = 1800;
/** What the newest burst counts in the means. */
const NEWEST = 0.15;
/** A burst is one of several hosts. */
const SEVERAL = 3;
/** Classes of size by powers of two. */
const SIZES = 12;

/** The bursts of each group: how far they grew, and which hosts were in them. */
export class BurstHistory {
  private readonly began: Float64Array;
  private readonly newest: Float64Array;
  private readonly size: Float64Array;
  private readonly bursts: Float64Array;
  private readonly meanShare: Float64Array;
  private readonly lastShare: Float64Array;
  /** [group][class]: bursts that reached the class, and the sum of the log of how much further they grew. */
  private readonly reached: Float64Array;
  private readonly growth: Float64Array;
  /** Share of its group's bursts of several hosts that a host was in. */
  private readonly share: Float64Array;
  private readonly inBurst: Uint8Array;

  constructor(
    private readonly group: Int32Array,
    private readonly members: readonly Int32Array[],
  ) {
    const groups = members.length;
    this.began = new Float64Array(groups).fill(-Infinity);
    this.newest = new Float64Array(groups).fill(-Infinity);
    this.size = new Float64Array(groups);
    this.bursts = new Float64Array(groups);
    this.meanShare = new Float64Array(groups).fill(Number.NaN);
    this.lastShare = new Float64Array(groups).fill(Number.NaN);
    this.reached = new Float64Array(groups * SIZES);
    this.growth = new Float64Array(groups * SIZES);
    this.share = new Float64Array(group.length).fill(Number.NaN);
    this.inBurst = new Uint8Array(group.length);
  }

  add(host: number, at: number): void {
    const g = this.group[host];
    if (at - this.newest[g] > GAP) {
      this.end(g);
      this.began[g] = at;
    }
    this.newest[g] = at;
    if (this.inBurst[host]) return;
    this.inBurst[host] = 1;
    this.size[g]++;
  }

  private end(g: number): void {
    const size = this.size[g];
    if (size > 0) {
      for (let c = 0; c < SIZES && 2 ** c <= size; c++) {
        this.reached[g * SIZES + c] = this.reached[g * SIZES + c] * (1 - NEWEST / 5) + 1;
        this.growth[g * SIZES + c] = this.growth[g * SIZES + c] * (1 - NEWEST / 5) + Math.log2(size / 2 ** c);
      }
    }
    if (size >= SEVERAL) {
      this.bursts[g]++;
      const weight = Math.max(NEWEST, 1 / this.bursts[g]);
      const share = size / this.members[g].length;
      this.meanShare[g] = this.bursts[g] === 1 ? share : this.meanShare[g] + weight * (share - this.meanShare[g]);
      this.lastShare[g] = share;
      for (const host of this.members[g]) {
        const before = this.share[host];
        this.share[host] = Number.isNaN(before) ? this.inBurst[host] : before + weight * (this.inBurst[host] - before);
      }
    }
    this.size[g] = 0;
    for (const host of this.members[g]) this.inBurst[host] = 0;
  }

  membership(host: number): number {
    return this.share[host];
  }

  /** Minutes since the burst began, its share so far, shares of past ones, how much further those of its size grew. */
  describe(g: number, time: number, into: Float64Array, at: number): void {
    const going = time - this.newest[g] <= GAP;
    into[at] = going ? Math.log1p((time - this.began[g]) / 60) : Number.NaN;
    into[at + 1] = going ? this.size[g] / this.members[g].length : 0;
    into[at + 2] = this.meanShare[g];
    into[at + 3] = this.lastShare[g];
    const size = going ? this.size[g] : 0;
    const c = size >= 1 ? Math.min(SIZES - 1, Math.floor(Math.log2(size))) : -1;
    into[at + 4] =
      c < 0 || this.reached[g * SIZES + c] === 0
        ? Number.NaN
        : this.growth[g * SIZES + c] / this.reached[g * SIZES + c];
  }
}
