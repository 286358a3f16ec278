import { COST_UNIT } from "../plan";
import { CRITICALITY_WEIGHT } from "../problem/model";
import type { Objective } from "./objective";

/** A critical VM on a host that is sure to fail costs the weight times COST_UNIT; lesser ones their share of that. */
export const hostRisk: Objective = {
  name: "hostRisk",
  title: "Host risk",
  description: "Probability that the host fails within the horizon, times the criticality of the VMs on it.",
  bind(state, weight) {
    const { model, units, hosts } = state.problem;
    const probabilityOf = new Map(
      model.assessment.hosts.ids.map((id, i) => [id, model.assessment.hosts.failureProbability[i]]),
    );
    const table = new Float64Array(units.count * hosts);
    model.hosts.forEach((host, h) => {
      const probability = probabilityOf.get(host.id);
      if (probability === undefined || Number.isNaN(probability)) {
        model.lacking.add("host failure probability", host.name, "left out of the host risk");
        return;
      }
      units.vms.forEach((members, unit) => {
        let criticality = 0;
        for (const v of members) criticality += CRITICALITY_WEIGHT[model.vms[v].criticality];
        table[unit * hosts + h] = Math.round(weight * COST_UNIT * probability * criticality);
      });
    });
    const cost = (unit: number, host: number): number => (host < 0 ? 0 : table[unit * hosts + host]);
    return {
      name: "hostRisk",
      total: () => state.hostOf.reduce((sum, host, unit) => sum + cost(unit, host), 0),
      delta: (unit, from, to) => cost(unit, to) - cost(unit, from),
    };
  },
};
