import { upperTail } from "./normal";

/**
 * Demand of a set of VMs in one slot, under one common factor F: each VM deviates from its mean by
 * sigma * (sqrt(rho) F + sqrt(1 - rho) e) with e of its own, so that any two correlate by rho.
 */
export class Load {
  mean = 0;
  /** Sum of the variances, and of the deviations. */
  variance = 0;
  deviation = 0;

  add(mean: number, variance: number): void {
    this.mean += mean;
    this.variance += variance;
    this.deviation += Math.sqrt(variance);
  }

  /** Probability of more than `limit`. */
  exceeds(limit: number, rho: number): number {
    return tail(limit - this.mean, Math.sqrt((1 - rho) * this.variance + rho * this.deviation ** 2));
  }

  /** The same where the common factor is known to be `factor`. */
  exceedsGiven(limit: number, rho: number, factor: number): number {
    const mean = this.mean + Math.sqrt(rho) * factor * this.deviation;
    return tail(limit - mean, Math.sqrt((1 - rho) * this.variance));
  }
}

const tail = (room: number, sigma: number) => (sigma > 0 ? upperTail(room / sigma) : room < 0 ? 1 : 0);
