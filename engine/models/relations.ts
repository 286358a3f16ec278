/**
 * What the models say of pairs: hosts that fail together, VMs that disturb each other, VMs that talk. Rows and columns
 * are in the order of the assessment's `hosts.ids` and `virtualMachines.ids`. Each is null where nobody knows, which a
 * planner takes as "no ground to decide", never as a zero.
 */

/** Hosts that fail together. */
export interface HostCorrelation {
  /** Name and version of the model, such as "pairs 1"; of its fallback where that serves. */
  readonly model: string;
  /**
   * [host][host] probability that both fail within the horizon; symmetric, positive semi-definite, its diagonal the
   * failure probability of the host itself.
   */
  readonly joint: Float64Array;
}

/**
 * How VMs on one host disturb each other, in low rank: the share of its throughput that `a` loses beside `b` is
 * suffers[a] . causes[b], so that what a host's VMs do to one of them is a product with their sum.
 */
export interface Interference {
  readonly model: string;
  readonly rank: number;
  /** [VM][rank] */
  readonly suffers: Float32Array;
  /** [VM][rank] */
  readonly causes: Float32Array;
}

/** Who talks to whom: an edge a pair, `from` < `to`, both rows of the VMs. */
export interface Traffic {
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Both directions together, KB/s over the horizon. */
  readonly kilobytesPerSecond: Float64Array;
}

/**
 * How well each host serves each VM, by the profile of what it runs: the performance to be expected there. Only ratios
 * between hosts mean something.
 */
export interface HostService {
  readonly model: string;
  /** Of the profiles: such as "anna|backup" or "cpu-bound". */
  readonly subjects: readonly string[];
  /** [VM] its profile; -1 where it has none. */
  readonly profileOf: Int32Array;
  /** [profile][host], all above 0; what nobody tried is what hosts like it give. */
  readonly performance: Float64Array;
}
