import type { Model } from "./model";

/**
 * [host] whether the VMs on it ask for more than such a part of the way from what is safe to all that it has.
 * @param within slots of the horizon, from the first on; 1: as things are now
 * @param level 0: more than is safe, 1: more than there is
 */
export function crowdedHosts(model: Model, within: number, level = 0.5): boolean[] {
  const { hosts, vms, demand, slots, safe, capacity } = model;
  const resources = model.resources.length;
  const crowded = hosts.map(() => false);
  for (let slot = 0; slot < Math.min(within, slots); slot++) {
    const load = new Float64Array(hosts.length * resources);
    vms.forEach(({ current }, v) => {
      if (current < 0) return;
      for (let r = 0; r < resources; r++) load[current * resources + r] += demand[(v * resources + r) * slots + slot];
    });
    load.forEach((value, k) => {
      if (value > safe[k] + level * (capacity[k] - safe[k])) crowded[Math.floor(k / resources)] = true;
    });
  }
  return crowded;
}
