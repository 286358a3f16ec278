import type { ReassignmentProblem } from "../problem";
import { costColumns } from "../state/cost-columns";

/** Parts of the typical cost of an item at which annealing begins and ends; measured, see ADR 8. */
const FIRST = 0.3;
const LAST = 1e-3;

/** Temperatures from the first to the last, by the part of the search that is done. */
export function coolingSchedule(problem: ReassignmentProblem): (progress: number) => number {
  const typical = typicalCost(problem);
  return (progress) => typical * FIRST * (LAST / FIRST) ** progress;
}

/** Median over items of what an item can add to a bin's cost; where that is nothing, the mean cost of moving one. */
function typicalCost(problem: ReassignmentProblem): number {
  const { items, modes } = problem;
  const { count, demand } = costColumns(problem);
  const costs = new Float64Array(items);
  for (let item = 0; item < items; item++) {
    for (let c = 0; c < count; c++) costs[item] += Math.abs(demand[item * modes * count + c]);
  }
  const positive = costs.filter((cost) => cost > 0).sort();
  if (positive.length > 0) return positive[positive.length >> 1];
  let total = 0;
  for (const cost of problem.moveCost) total += cost;
  return items > 0 ? total / items : 0;
}
