/** Steps of a coordinate, and how soon they shrink: chosen on the newest part of a training period (ADR 14). */
const ALPHA = 0.2;
const BETA = 1;
const L2 = 1;

/**
 * Logistic regression over sparse features that are there or not, learned one row after another: FTRL-Proximal with a
 * step for each coordinate (McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013, algorithm 1 without
 * L1). A feature is any 32-bit hash of its name. What is said of a row before it is learned from knows only the past.
 */
export class OnlineLogistic {
  private readonly weights: Float64Array;
  /** Gradients summed up, less what the weights have moved already; roots of the sums of squared gradients. */
  private readonly sums: Float64Array;
  private readonly roots: Float64Array;
  private readonly mask: number;

  /** @param bits room for 2^bits features; two that fall on one place share its weight */
  constructor(bits = 18) {
    this.weights = new Float64Array(2 ** bits);
    this.sums = new Float64Array(2 ** bits);
    this.roots = new Float64Array(2 ** bits);
    this.mask = 2 ** bits - 1;
  }

  /** Log odds of a row whose features are the first `length` of `features`; 0 where none of them was ever met. */
  score(features: Int32Array, length: number): number {
    let score = 0;
    for (let i = 0; i < length; i++) score += this.weights[features[i] & this.mask];
    return score;
  }

  /** Learns what became of the row that {@link score} takes. */
  learn(features: Int32Array, length: number, outcome: boolean): void {
    const gradient = 1 / (1 + Math.exp(-this.score(features, length))) - (outcome ? 1 : 0);
    for (let i = 0; i < length; i++) {
      const at = features[i] & this.mask;
      const before = this.roots[at];
      const root = Math.sqrt(before * before + gradient * gradient);
      const sum = this.sums[at] + gradient - ((root - before) / ALPHA) * this.weights[at];
      this.sums[at] = sum;
      this.roots[at] = root;
      this.weights[at] = -sum / ((BETA + root) / ALPHA + L2);
    }
  }
}
