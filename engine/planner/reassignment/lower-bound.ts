import type { ReassignmentProblem } from "./problem";

/**
 * A cost below which no assignment can be, from all bins taken as one: excess over safety and balance are convex in the
 * demand on a bin, so their sums are at least what the summed demand costs against the summed bins. Modes of an item count
 * with their least demand; moves, rules, fragments and use count as nothing.
 */
export function lowerBound(problem: ReassignmentProblem): number {
  const { items, bins, resources, modes, modesOf, demand, capacity, safety, excessWeight, balances } = problem;
  const least = new Float64Array(resources);
  const most = new Float64Array(resources);
  for (let item = 0; item < items; item++) {
    for (let r = 0; r < resources; r++) {
      const of = Array.from({ length: modesOf[item] }, (_, mode) => demand[(item * modes + mode) * resources + r]);
      least[r] += Math.min(...of);
      most[r] += Math.max(...of);
    }
  }
  const total = (values: Float64Array, r: number) => {
    let sum = 0;
    for (let bin = 0; bin < bins; bin++) sum += values[bin * resources + r];
    return sum;
  };
  let bound = 0;
  for (let r = 0; r < resources; r++) {
    if (excessWeight[r] > 0) bound += excessWeight[r] * Math.max(0, least[r] - total(safety, r));
  }
  balances.weight.forEach((weight, k) => {
    const freeA = total(capacity, balances.a[k]) - most[balances.a[k]];
    const freeB = total(capacity, balances.b[k]) - least[balances.b[k]];
    bound += weight * Math.max(0, balances.target[k] * freeA - freeB);
  });
  return bound;
}
