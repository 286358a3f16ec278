import type { HostEventLog } from "../events";

/** What a host's newest failure counts in the share of its failures that another followed. */
const FAST = 0.2;
const SLOW = 0.03;

/**
 * For every ordered pair the share of i's failures that j followed within the window, newest counting most. A failure is
 * counted once its window is over, so nothing is known early.
 */
export class PairHistory {
  private readonly hosts: number;
  private readonly fastShare: Float32Array;
  private readonly slowShare: Float32Array;
  private readonly failures: Int32Array;
  private readonly hit: Uint8Array;
  private next = 0;

  constructor(
    private readonly log: HostEventLog,
    private readonly windowSeconds: number,
  ) {
    this.hosts = log.places.length;
    this.fastShare = new Float32Array(this.hosts * this.hosts);
    this.slowShare = new Float32Array(this.hosts * this.hosts);
    this.failures = new Int32Array(this.hosts);
    this.hit = new Uint8Array(this.hosts);
  }

  /** Counts the failures whose window ended before `time`. */
  close(time: number): void {
    const { at, host } = this.log;
    for (; at[this.next] + this.windowSeconds < time; this.next++) {
      const end = at[this.next] + this.windowSeconds;
      const i = host[this.next];
      this.hit.fill(0);
      for (let k = this.next + 1; k < at.length && at[k] <= end; k++) this.hit[host[k]] = 1;
      // The first failures weigh as in a plain mean: a decay from zero would take long to be right.
      this.failures[i]++;
      const fast = Math.max(FAST, 1 / this.failures[i]);
      const slow = Math.max(SLOW, 1 / this.failures[i]);
      const base = i * this.hosts;
      for (let j = 0; j < this.hosts; j++) {
        this.fastShare[base + j] += fast * (this.hit[j] - this.fastShare[base + j]);
        this.slowShare[base + j] += slow * (this.hit[j] - this.slowShare[base + j]);
      }
    }
  }

  /** NaN before i's first failure. */
  fast(i: number, j: number): number {
    return this.failures[i] === 0 ? Number.NaN : this.fastShare[i * this.hosts + j];
  }

  slow(i: number, j: number): number {
    return this.failures[i] === 0 ? Number.NaN : this.slowShare[i * this.hosts + j];
  }

  /** The slow shares of all j after i; shares memory. */
  slowRow(i: number): Float32Array {
    return this.slowShare.subarray(i * this.hosts, (i + 1) * this.hosts);
  }

  /** Failures of i that were counted. */
  counted(i: number): number {
    return this.failures[i];
  }
}
