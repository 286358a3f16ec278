import { isOpen } from "../constraints/tables";
import { COST_UNIT } from "../plan";
import { UNBOUNDED } from "../problem/model";
import type { Objective } from "./objective";

/** Part of a busy server's power that it draws when idle, and the bend of its curve (Fan et al., table of section 4). */
const IDLE = 0.5;
const BEND = 1.4;

/**
 * Power of the hosts in use: an empty one can be switched off. P(u) = idle + (busy - idle) (2u - u^1.4) with u the mean
 * CPU use (Fan, Weber and Barroso, "Power Provisioning for a Warehouse-sized Computer", ISCA 2007): the curve bends
 * down, so that what empties the emptier of two hosts is a gain at every step. A busy host costs the weight.
 */
export const power: Objective = {
  name: "power",
  title: "Power",
  description: "Power of the hosts that run VMs; an empty one can be switched off and draws none. Off by default.",
  reads: ["assessment: CPU forecasts of the VMs", "inventory: CPU of the hosts"],
  bind(state, weight) {
    if (weight === 0) return null;
    const { model, hosts } = state.problem;
    const resources = model.resources.length;
    const { units, demand, width } = state.problem;
    const fixed = new Uint32Array(hosts);
    for (let v = model.movable; v < model.vms.length; v++) fixed[model.vms[v].current]++;
    const cpu = Float64Array.from({ length: units.count }, (_, unit) => {
      let sum = 0;
      for (let s = 0; s < model.slots; s++) sum += demand[unit * width + s];
      return sum;
    });
    const cost = (host: number, guests: number, total: number): number => {
      if (guests === 0 || !isOpen(model.hosts[host])) return 0;
      const capacity = model.capacity[host * resources];
      const use = capacity > 0 && capacity < UNBOUNDED ? Math.min(1, total / (capacity * model.slots)) : 0;
      return Math.round(weight * COST_UNIT * (IDLE + (1 - IDLE) * (2 * use - use ** BEND)));
    };
    const guests = (host: number): number => state.unitsOn[host].length + fixed[host];
    const now = (host: number): number => cost(host, guests(host), state.total[host * resources]);
    return {
      name: "power",
      total() {
        let sum = 0;
        for (let h = 0; h < hosts; h++) sum += now(h);
        return sum;
      },
      delta(unit, from, to) {
        let change = 0;
        if (from >= 0) change += cost(from, guests(from) - 1, state.total[from * resources] - cpu[unit]) - now(from);
        if (to >= 0) change += cost(to, guests(to) + 1, state.total[to * resources] + cpu[unit]) - now(to);
        return change;
      },
      closable: () =>
        Array.from({ length: hosts }, (_, h) => h).filter((h) => fixed[h] === 0 && isOpen(model.hosts[h])),
    };
  },
  better: ({ there }) => `lets ${there.host.name} draw less power, or be switched off`,
  worse: ({ there }) => `${there.host.name} draws less power without it, or can be switched off`,
};
