import type { ReassignmentProblem } from "../problem";
import { costColumns } from "../state/cost-columns";

/** [item] its demand as parts of all capacity, summed over resources, at the largest of its modes: what is hard to place is large. */
export function itemSizes(problem: ReassignmentProblem): Float64Array {
  const { items, bins, resources, modes, demand, capacity } = problem;
  const total = new Float64Array(resources);
  for (let i = 0; i < bins * resources; i++) total[i % resources] += capacity[i];
  const sizes = new Float64Array(items);
  for (let item = 0; item < items; item++) {
    for (let mode = 0; mode < problem.modesOf[item]; mode++) {
      let size = 0;
      for (let r = 0; r < resources; r++) {
        if (total[r] > 0) size += demand[(item * modes + mode) * resources + r] / total[r];
      }
      if (size > sizes[item]) sizes[item] = size;
    }
  }
  return sizes;
}

/** [bin][resource] capacity less what its initial items keep there of transient resources wherever they go. */
export function lastingRoom(problem: ReassignmentProblem): Float64Array {
  const { items, resources, modes, demand, initial, initialMode, transient } = problem;
  const room = Float64Array.from(problem.capacity);
  for (let item = 0; item < items; item++) {
    if (initial[item] < 0) continue;
    for (let r = 0; r < resources; r++) {
      if (!transient[r]) continue;
      room[initial[item] * resources + r] -= demand[(item * modes + initialMode[item]) * resources + r];
    }
  }
  return room;
}

/** [item] what it can add to a bin's cost, in its first mode. */
export function itemCosts(problem: ReassignmentProblem): Float64Array {
  const { items, modes } = problem;
  const { count, demand } = costColumns(problem);
  const costs = new Float64Array(items);
  for (let item = 0; item < items; item++) {
    for (let c = 0; c < count; c++) costs[item] += Math.abs(demand[item * modes * count + c]);
  }
  return costs;
}
