import { isOpen } from "../constraints/tables";
import { COST_UNIT } from "../plan";
import { UNBOUNDED } from "../problem/model";
import { apart, tightest } from "./comparison";
import type { Objective } from "./objective";

/**
 * Squared distance of a host's mean use from the cluster's, as a share of capacity: a host that is full in every
 * resource where the others are empty costs the weight times COST_UNIT. Hosts that can't take VMs don't count.
 */
export const balance: Objective = {
  name: "balance",
  title: "Balance",
  description: "Evenness of the hosts' mean forecast use, per resource.",
  reads: ["assessment: CPU and memory forecasts of the VMs", "inventory: CPU and memory of the hosts"],
  bind(state, weight) {
    const { model, hosts, units, width, demand } = state.problem;
    const { slots, capacity } = model;
    const resources = model.resources.length;
    const counts = (h: number, r: number): boolean =>
      isOpen(model.hosts[h]) && capacity[h * resources + r] > 0 && capacity[h * resources + r] < UNBOUNDED;

    // The cluster's mean doesn't depend on who is where: all demand over all capacity.
    const mean = model.resources.map((_, r) => {
      let load = 0;
      let room = 0;
      for (let h = 0; h < hosts; h++) {
        if (counts(h, r)) room += capacity[h * resources + r] * slots;
        for (let s = 0; s < slots; s++) load += state.problem.baseLoad[h * width + r * slots + s];
      }
      for (let unit = 0; unit < units.count; unit++) {
        for (let s = 0; s < slots; s++) load += demand[unit * width + r * slots + s];
      }
      return room > 0 ? load / room : 0;
    });
    const sums = new Float64Array(units.count * resources);
    for (let unit = 0; unit < units.count; unit++) {
      for (let r = 0, i = unit * width; r < resources; r++) {
        let sum = 0;
        for (const end = i + slots; i < end; i++) sum += demand[i];
        sums[unit * resources + r] = sum;
      }
    }
    const scale = (weight * COST_UNIT) / resources;
    const countsAt = Uint8Array.from({ length: hosts * resources }, (_, k) =>
      Number(counts(Math.floor(k / resources), k % resources)),
    );
    const room = Float64Array.from(capacity, (units) => units * slots);
    /** Cost of a host whose total load differs from what it is by `sign` times the unit's. */
    const cost = (host: number, unit: number, sign: number): number => {
      let squares = 0;
      for (let r = 0; r < resources; r++) {
        const k = host * resources + r;
        if (!countsAt[k]) continue;
        const total = state.total[k] + (sign === 0 ? 0 : sign * sums[unit * resources + r]);
        const distance = total / room[k] - mean[r];
        squares += distance * distance;
      }
      return Math.round(squares * scale);
    };
    /** [host] what each costs as things stand, kept for as long as its load stays as it is. */
    const present = { at: new Float64Array(hosts * resources).fill(NaN), cost: new Float64Array(hosts) };
    const costNow = (host: number): number => {
      let same = true;
      for (let k = host * resources; k < (host + 1) * resources; k++) {
        if (present.at[k] === state.total[k]) continue;
        present.at[k] = state.total[k];
        same = false;
      }
      if (!same) present.cost[host] = cost(host, 0, 0);
      return present.cost[host];
    };
    return {
      name: "balance",
      total() {
        let sum = 0;
        for (let h = 0; h < hosts; h++) sum += cost(h, 0, 0);
        return sum;
      },
      delta(unit, from, to) {
        let change = 0;
        if (from >= 0) change += cost(from, unit, -1) - costNow(from);
        if (to >= 0) change += cost(to, unit, 1) - costNow(to);
        return change;
      },
      addDeltas(unit, from, _relief, _intakes, into, at) {
        const leaving = from >= 0 ? cost(from, unit, -1) - costNow(from) : 0;
        for (let h = 0; h < hosts; h++) into[at + h] += leaving + cost(h, unit, 1) - costNow(h);
      },
    };
  },
  better(comparison) {
    const { there } = comparison;
    const found = tightest(comparison);
    const shares = found && apart(1 - found.here, 1 - found.there);
    if (!found || !shares) return `evens out the hosts' load, more than ${there.host.name} would`;
    const much = comparison.freest(found.resource) ? "most" : "more";
    return `${much} ${found.name} free at peak: ${shares[0]} (${found.hereAt}); ${there.host.name} would have ${shares[1]}`;
  },
  worse(comparison) {
    const { here } = comparison;
    const found = tightest(comparison);
    const shares = found && apart(1 - found.there, 1 - found.here);
    if (!found || !shares) return `evens out the hosts' load`;
    return `${shares[0]} of ${found.name} free at peak (${found.thereAt}), ${here.host.name} has ${shares[1]}`;
  },
};
