/**
 * How seldom a level is seen in healthy times, by what the cluster itself has shown: the upper tail of past levels, taken as
 * exponential above a high quantile (peaks over threshold), with the spread of its estimate in it. A storage array that has
 * bursts every other day makes bursts common, and one that never had any makes the first one rare: no level is set by hand.
 *
 * Source: Siffer, Fouque, Termier and Largouët, "Anomaly Detection in Streams with Extreme Value Theory", KDD 2017.
 */
export class UpperTail {
  private readonly from: number;
  private readonly excess: number;
  private readonly count: number;

  /**
   * @param levels past levels, at least one
   * @param overlap how many of them tell as much as one would: overlapping windows of that many hours are alike
   */
  constructor(levels: Float64Array, overlap: number) {
    const sorted = levels.slice().sort();
    const above = Math.max(1, Math.round(sorted.length * TAIL));
    this.from = sorted[Math.max(0, sorted.length - above - 1)];
    let sum = 0;
    for (let i = sorted.length - above; i < sorted.length; i++) sum += sorted[i] - this.from;
    this.excess = Math.max(LEAST_EXCESS, sum / above);
    this.count = Math.max(1, above / overlap);
  }

  /** Probability of such a level or a higher one; 1 below the tail. */
  probability(level: number): number {
    if (level <= this.from) return 1;
    return TAIL * (1 + (level - this.from) / (this.excess * this.count)) ** -this.count;
  }
}

const TAIL = 0.05;
/** In deviations: nothing that is measured repeats itself better. */
const LEAST_EXCESS = 0.05;

/**
 * The most that a p-value can say for its alternative: 1 / (-e p ln p), and 1 where it says nothing.
 *
 * Source: Sellke, Bayarri and Berger, "Calibration of p Values for Testing Precise Null Hypotheses", The American
 * Statistician 55 (2001).
 */
export const bayesFactorBound = (p: number): number => (p >= 1 / Math.E ? 1 : 1 / (-Math.E * p * Math.log(p)));
