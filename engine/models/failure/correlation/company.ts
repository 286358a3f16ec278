import type { PairHistory } from "./pair-history";

/** How far back the hosts of a burst are looked for, seconds, and how many of the newest. */
const REACH = 600;
const NEWEST = 24;
/** Times closer than this are the same incident. */
const SAME = 120;

interface Member {
  readonly host: number;
  readonly at: number;
  /** Its failure before this one, and the end of that outage. */
  readonly before: number;
  readonly repaired: number;
}

/** The hosts that failed within the last minutes, and how they relate to every other. */
export class BurstCompany {
  /** By host: mean and highest share of these hosts' failures that it followed in the past; NaN without past. */
  readonly mean: Float64Array;
  readonly highest: Float64Array;
  private members: Member[] = [];

  constructor(
    private readonly hosts: number,
    private readonly pairs: PairHistory,
  ) {
    this.mean = new Float64Array(hosts);
    this.highest = new Float64Array(hosts);
  }

  add(host: number, at: number, before: number, repaired: number): void {
    this.members.push({ host, at, before, repaired });
    if (this.members.length > 2 * NEWEST) this.members = this.members.slice(-NEWEST);
  }

  gather(time: number): void {
    this.members = this.members.slice(-NEWEST).filter(({ at }) => time - at <= REACH);
    const known = this.members.filter(({ host }) => this.pairs.counted(host) > 0);
    this.mean.fill(known.length ? 0 : Number.NaN);
    this.highest.fill(known.length ? 0 : Number.NaN);
    for (const { host } of known) {
      const row = this.pairs.slowRow(host);
      for (let j = 0; j < this.hosts; j++) {
        this.mean[j] += row[j] / known.length;
        if (row[j] > this.highest[j]) this.highest[j] = row[j];
      }
    }
  }

  /** Share of the burst's hosts whose failure before this one was at about `time`. */
  failedWith(time: number): number {
    return this.share(time, (member) => member.before);
  }

  repairedWith(time: number): number {
    return this.share(time, (member) => member.repaired);
  }

  private share(time: number, of: (member: Member) => number): number {
    if (!Number.isFinite(time)) return Number.NaN;
    let near = 0;
    for (const member of this.members) if (Math.abs(of(member) - time) < SAME) near++;
    return near / this.members.length;
  }
}
