/**
 * CPU that the hosts are asked for, MHz. A VM in flight asks both its hosts: the one it leaves runs it, the one it goes
 * to has to be able to take it over at any instant.
 */
export class Loads {
  /** [host] MHz */
  readonly load: Float64Array;
  /** [host] VMs that run there. */
  readonly count: Int32Array;
  /** [VM] MHz in the present slot. */
  readonly demand: Float64Array;
  private readonly target: Int32Array;

  constructor(
    /** [VM] the host it runs on. */
    readonly at: Int32Array,
    hosts: number,
  ) {
    this.load = new Float64Array(hosts);
    this.count = new Int32Array(hosts);
    this.demand = new Float64Array(at.length);
    this.target = new Int32Array(at.length).fill(-1);
    for (const host of at) if (host >= 0) this.count[host]++;
  }

  /** A new slot's demand; sums are made anew, so that no error of rounding adds up. */
  set(demand: Float64Array): void {
    this.demand.set(demand);
    this.load.fill(0);
    this.at.forEach((host, vm) => {
      if (host >= 0) this.load[host] += demand[vm];
      if (this.target[vm] >= 0) this.load[this.target[vm]] += demand[vm];
    });
  }

  start(vm: number, to: number): void {
    this.target[vm] = to;
    this.load[to] += this.demand[vm];
  }

  finish(vm: number): void {
    const from = this.at[vm];
    const to = this.target[vm];
    this.load[from] -= this.demand[vm];
    this.count[from]--;
    this.count[to]++;
    this.at[vm] = to;
    this.target[vm] = -1;
  }

  inFlight(vm: number): boolean {
    return this.target[vm] >= 0;
  }
}
