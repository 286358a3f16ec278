import type { BinnedMatrix } from "./bins";
import { CELL } from "./histogram";

/** What a split must keep to. */
export interface SplitLimits {
  readonly minChildSamples: number;
  readonly minChildHessian: number;
  readonly l2: number;
  readonly minGain: number;
}

export interface Totals {
  readonly gradient: number;
  readonly hessian: number;
  readonly count: number;
}

export interface Split {
  readonly column: number;
  /** Rows whose bin is at most this go left. */
  readonly bin: number;
  readonly missingLeft: boolean;
  /** By how much the loss falls, to second order (twice that). */
  readonly gain: number;
  readonly left: Totals;
  readonly right: Totals;
}

/** Sums of hessians that a subtraction left slightly off zero must not look like rows. */
const EPSILON = 1e-10;

const score = (gradient: number, hessian: number, l2: number) => (gradient * gradient) / (hessian + l2);

/**
 * The best split of a leaf by its histogram (Chen and Guestrin, KDD 2016, eq. 7), rows without a value going to the
 * better side; where the leaf has none such, those to come go with the greater part. Null if none is allowed.
 */
export function bestSplit(
  histogram: Float64Array,
  binned: BinnedMatrix,
  used: Int32Array,
  totals: Totals,
  limits: SplitLimits,
): Split | null {
  const { l2, minChildSamples, minChildHessian } = limits;
  const { gradient, hessian, count } = totals;
  const before = score(gradient, hessian, l2);
  let best = limits.minGain + EPSILON;
  let column = -1;
  let bin = 0;
  let missingLeft = false;
  let leftGradient = 0;
  let leftHessian = 0;
  let leftCount = 0;
  if (count < 2 * minChildSamples) return null;
  for (const candidate of used) {
    const first = binned.offsets[candidate];
    const missing = binned.offsets[candidate + 1] - 1;
    const missingCount = histogram[missing * CELL + 2];
    // With missing rows the last bin is a split too: all that is known against all that isn't.
    const last = missingCount > 0 ? missing - 1 : missing - 2;
    for (let side = 0; side < (missingCount > 0 ? 2 : 1); side++) {
      let g = side === 1 ? histogram[missing * CELL] : 0;
      let h = side === 1 ? histogram[missing * CELL + 1] : 0;
      let n = side === 1 ? missingCount : 0;
      for (let at = first; at <= last; at++) {
        g += histogram[at * CELL];
        h += histogram[at * CELL + 1];
        n += histogram[at * CELL + 2];
        if (n < minChildSamples || h < minChildHessian) continue;
        if (count - n < minChildSamples || hessian - h < minChildHessian) break;
        const gain = score(g, h, l2) + score(gradient - g, hessian - h, l2) - before;
        if (gain <= best) continue;
        best = gain;
        column = candidate;
        bin = at - first;
        missingLeft = missingCount > 0 ? side === 1 : 2 * n > count;
        leftGradient = g;
        leftHessian = h;
        leftCount = n;
      }
    }
  }
  if (column < 0) return null;
  const left = { gradient: leftGradient, hessian: leftHessian, count: leftCount };
  const right = { gradient: gradient - leftGradient, hessian: hessian - leftHessian, count: count - leftCount };
  return { column, bin, missingLeft, gain: best, left, right };
}
