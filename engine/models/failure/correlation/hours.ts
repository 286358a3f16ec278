const NEWEST = 0.97;

/** At which hours of the day a host fails: restarts by a schedule show here. */
export class HourHistogram {
  private readonly counts: Float32Array;
  private readonly total: Float32Array;

  constructor(hosts: number) {
    this.counts = new Float32Array(hosts * 24);
    this.total = new Float32Array(hosts);
  }

  add(host: number, at: number): void {
    for (let hour = 0; hour < 24; hour++) this.counts[host * 24 + hour] *= NEWEST;
    this.counts[host * 24 + hourOf(at)]++;
    this.total[host] = this.total[host] * NEWEST + 1;
  }

  /** Share of the host's failures at the hour of `time`, pulled to 1/24 as if by two failures. */
  share(host: number, time: number): number {
    return (this.counts[host * 24 + hourOf(time)] + 2 / 24) / (this.total[host] + 2);
  }
}

const hourOf = (time: number) => Math.floor(time / 3600) % 24;
