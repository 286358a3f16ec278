import { COST_UNIT } from "../plan";
import { CRITICALITY_WEIGHT, type Model } from "../problem/model";
import { chance, horizonHours } from "../wording";
import type { Objective } from "./objective";

/**
 * Failures per host and day up to which a host is as good as any; chosen. One in seven weeks: LANL's systems differ as
 * much among themselves (0.0008 to 0.008), and to bear it is what HA is there for. A host that came up again within
 * the last day (0.04) is above, one that did so three days ago (0.012) below.
 */
export const TOLERATED_PER_DAY = 0.02;
/** What risk below that counts for: it tells hosts apart that are otherwise alike, and hardly ever moves a VM. */
const TOLERATED_SHARE = 1 / 50;

/** Probability of failing within the model's horizon that is tolerated. */
export const toleratedRisk = (model: Model): number =>
  1 - Math.exp((-TOLERATED_PER_DAY * horizonHours(model.assessment.horizon)) / 24);

/**
 * A critical VM on a host that is sure to fail costs the weight times COST_UNIT; lesser ones their share of that. What
 * is tolerated counts a fiftieth: estimates of small probabilities are rough, and no reason to move what runs.
 */
export const hostRisk: Objective = {
  name: "hostRisk",
  title: "Host risk",
  description: "Probability that the host fails within the horizon, times the criticality of the VMs on it.",
  reads: ["assessment: failure probability of the hosts", "criticality of the VMs, in the request or as a tag"],
  bind(state, weight) {
    const { model, units, hosts } = state.problem;
    const tolerated = toleratedRisk(model);
    const weighed = (p: number): number => Math.max(0, p - tolerated) + Math.min(p, tolerated) * TOLERATED_SHARE;
    const criticality = units.vms.map((members) =>
      members.reduce((sum, v) => sum + CRITICALITY_WEIGHT[model.vms[v].criticality], 0),
    );
    // Few sums of criticality are met: a row of costs for each of them, and not for each unit.
    const classes = [...new Set(criticality)];
    const rowOf = Int32Array.from(criticality, (sum) => classes.indexOf(sum) * hosts);
    const table = new Float64Array(classes.length * hosts);
    const failing: number[] = [];
    model.hosts.forEach((host, h) => {
      const { probability } = model.risks[h];
      if (probability === null) {
        model.lacking.add("host failure probability", host.name, "left out of the host risk");
        return;
      }
      if (weight > 0 && probability > tolerated) failing.push(h);
      const cost = weight * COST_UNIT * weighed(probability);
      classes.forEach((sum, i) => (table[i * hosts + h] = Math.round(cost * sum)));
    });
    const cost = (unit: number, host: number): number => (host < 0 ? 0 : table[rowOf[unit] + host]);
    return {
      name: "hostRisk",
      pairwise: true,
      total: () => state.hostOf.reduce((sum, host, unit) => sum + cost(unit, host), 0),
      delta: (unit, from, to) => cost(unit, to) - cost(unit, from),
      bound() {
        let sum = 0;
        const savings: number[] = [];
        for (let unit = 0; unit < units.count; unit++) {
          let least = Infinity;
          for (let h = 0; h < hosts; h++) {
            if (state.problem.allowed[unit * hosts + h]) least = Math.min(least, cost(unit, h));
          }
          const { current, kept } = model.vms[units.vms[unit][0]];
          // One that runs has to be carried elsewhere to save anything.
          const home = current >= 0 && kept < 0 ? cost(unit, current) : least;
          sum += Math.min(home, least);
          if (home > least) {
            sum += home - least;
            savings.push(home - least);
          }
        }
        savings.sort((a, b) => b - a);
        for (const saved of savings.slice(0, model.request.config.maxMoves)) sum -= saved;
        return Math.max(0, sum);
      },
      addDeltas(unit, from, _relief, _intakes, into, at) {
        const here = cost(unit, from);
        for (let h = 0; h < hosts; h++) into[at + h] += table[rowOf[unit] + h] - here;
      },
      burdened: () => failing.filter((h) => state.unitsOn[h].length > 0),
    };
  },
  better({ model, here, there }) {
    const hours = horizonHours(model.assessment.horizon);
    return `safer: ${chance(here.risk)} chance to fail within ${hours} h; ${there.host.name} has ${chance(there.risk)}${evidence(there.risk)}`;
  },
  worse({ model, there }) {
    const hours = horizonHours(model.assessment.horizon);
    return `${chance(there.risk)} chance to fail within ${hours} h${evidence(there.risk)}`;
  },
};

const evidence = (risk: { evidence: string }): string => (risk.evidence ? ` (${risk.evidence})` : "");
