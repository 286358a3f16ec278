import { COST_UNIT } from "../plan";
import type { State } from "../solver/state";
import { percent } from "../wording";
import { tightest } from "./comparison";
import type { Objective } from "./objective";

/** What is above the cluster's safe and full capacity as a whole is above that of some hosts, wherever VMs are. */
function leastExcess({ problem }: State): number {
  const { model, units, hosts, width, demand, baseLoad } = problem;
  const resources = model.resources.length;
  const loads = new Float64Array(width);
  for (let unit = 0; unit < units.count; unit++) {
    for (let i = 0; i < width; i++) loads[i] += demand[unit * width + i];
  }
  for (let h = 0; h < hosts; h++) for (let i = 0; i < width; i++) loads[i] += baseLoad[h * width + i];
  let excess = 0;
  for (let i = 0; i < width; i++) {
    let safe = 0;
    let full = 0;
    for (let k = Math.floor(i / model.slots); k < hosts * resources; k += resources) {
      safe += model.safe[k];
      full += model.capacity[k];
    }
    excess += Math.max(0, loads[i] - safe) + 3 * Math.max(0, loads[i] - full);
  }
  return excess;
}

/**
 * Expected demand above what the hosts should, and can, give. A host whose whole capacity is asked for above the safe
 * share, in one resource and over the whole horizon, costs the weight times COST_UNIT; above the full capacity the
 * same demand counts four times.
 */
export const contention: Objective = {
  name: "contention",
  title: "Contention",
  description: "Forecast demand, with one deviation of the host's total, above its safe and its full capacity.",
  reads: [
    "assessment: CPU and memory forecasts of the VMs",
    "inventory: CPU and memory of the hosts",
    "config.cpuSafety, config.memorySafety",
  ],
  bind(state, weight) {
    const { model, hosts } = state.problem;
    const scale = (weight * COST_UNIT) / (model.unitsPerHost * model.slots);
    const cost = (excess: number): number => Math.round(excess * scale);
    return {
      name: "contention",
      total() {
        let sum = 0;
        for (let h = 0; h < hosts; h++) sum += cost(state.excess[h]);
        return sum;
      },
      bound: () => Math.max(0, Math.floor(leastExcess(state) * scale - hosts / 2)),
      delta(_unit, from, to, relief, intake) {
        let change = 0;
        if (from >= 0) change += cost(state.excess[from] - relief) - cost(state.excess[from]);
        if (to >= 0) change += cost(state.excess[to] + intake) - cost(state.excess[to]);
        return change;
      },
      addDeltas(_unit, from, relief, intakes, into, at) {
        const leaving = from >= 0 ? cost(state.excess[from] - relief) - cost(state.excess[from]) : 0;
        for (let h = 0; h < hosts; h++) {
          const intake = intakes[at + h];
          into[at + h] += intake === 0 ? leaving : leaving + cost(state.excess[h] + intake) - cost(state.excess[h]);
        }
      },
      burdened: () => Array.from({ length: hosts }, (_, h) => h).filter((h) => cost(state.excess[h]) > 0),
    };
  },
  better(comparison) {
    const { there } = comparison;
    const found = tightest(comparison);
    if (!found) return `less demand above what is safe than on ${there.host.name}`;
    const { name, hereAt } = found;
    return `${name} ${percent(found.here)} used at peak (${hereAt}); ${there.host.name} would be at ${percent(found.there)}`;
  },
  worse(comparison) {
    const { here } = comparison;
    const found = tightest(comparison);
    if (!found) return `its demand at peak passes what is safe`;
    const { name, thereAt } = found;
    return `${name} ${percent(found.there)} used at peak (${thereAt}), ${here.host.name} ${percent(found.here)}`;
  },
};
