import type { ReassignmentProblem } from "../problem";

/**
 * [item] what the room is worth that it keeps on its initial bin once it has left: its demand for transient resources of
 * which there is more demand than safety capacity. Of such a resource a bin that can't be filled to its safety capacity is a
 * loss: what would have been free of cost there costs elsewhere.
 */
export function departureCosts(problem: ReassignmentProblem): Float64Array {
  const { items, bins, resources, modes, demand, initial, initialMode, transient, safety, excessWeight } = problem;
  const costs = new Float64Array(items);
  for (let r = 0; r < resources; r++) {
    if (!transient[r] || excessWeight[r] === 0) continue;
    const of = (item: number) => demand[(item * modes + initialMode[item]) * resources + r];
    let excess = 0;
    for (let item = 0; item < items; item++) excess += of(item);
    for (let bin = 0; bin < bins; bin++) excess -= safety[bin * resources + r];
    if (excess <= 0) continue;
    for (let item = 0; item < items; item++) if (initial[item] >= 0) costs[item] += excessWeight[r] * of(item);
  }
  return costs;
}
