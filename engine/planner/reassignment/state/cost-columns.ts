import type { ReassignmentProblem } from "../problem";

/**
 * Excess over safety and balance, brought to one shape: a column has a value per bin, linear in the demand on the bin, and
 * costs its positive part. Weights are multiplied in.
 */
export interface CostColumns {
  readonly count: number;
  /** [bin][column] value on an empty bin. */
  readonly start: Float64Array;
  /** [item][mode][column] what an item adds. */
  readonly demand: Float64Array;
}

export function costColumns(problem: ReassignmentProblem): CostColumns {
  const { items, modes, bins, resources, balances } = problem;
  const excess = Array.from({ length: resources }, (_, r) => r).filter((r) => canExceed(problem, r));
  const balance = Array.from(balances.weight.keys()).filter((k) => balances.weight[k] > 0);
  const count = excess.length + balance.length;
  const start = new Float64Array(bins * count);
  const demand = new Float64Array(items * modes * count);
  excess.forEach((r, c) => {
    const weight = problem.excessWeight[r];
    for (let b = 0; b < bins; b++) start[b * count + c] = -weight * problem.safety[b * resources + r];
    for (let i = 0; i < items * modes; i++) demand[i * count + c] = weight * problem.demand[i * resources + r];
  });
  balance.forEach((k, i) => {
    const c = excess.length + i;
    const { a, b, target, weight } = {
      a: balances.a[k],
      b: balances.b[k],
      target: balances.target[k],
      weight: balances.weight[k],
    };
    const value = (values: Float64Array, row: number) =>
      weight * (target * values[row * resources + a] - values[row * resources + b]);
    for (let bin = 0; bin < bins; bin++) start[bin * count + c] = value(problem.capacity, bin);
    for (let row = 0; row < items * modes; row++) demand[row * count + c] = -value(problem.demand, row);
  });
  return { count, start, demand };
}

/** Whether excess over safety can cost anything while capacity is kept; demand may start above it, so not by capacity alone. */
function canExceed(problem: ReassignmentProblem, resource: number): boolean {
  if (problem.excessWeight[resource] === 0) return false;
  let total = 0;
  for (let i = 0; i < problem.items * problem.modes; i++) total += problem.demand[i * problem.resources + resource];
  for (let b = 0; b < problem.bins; b++) if (problem.safety[b * problem.resources + resource] < total) return true;
  return false;
}
