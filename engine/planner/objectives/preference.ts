import { ONE_VM, type Check } from "../constraints/constraint";
import { COST_UNIT } from "../plan";
import type { Objective } from "./objective";

/** What one VM in the wrong place costs, as a share of one host's full weight. */
const PER_VM = 0.1;

export const preference: Objective = {
  name: "preference",
  title: "Preferred rules",
  description: "Rules and groups that should hold but needn't: each VM on the wrong side of one costs the same.",
  bind(state, weight) {
    const { units } = state.problem;
    const perAmount = Math.round((weight * COST_UNIT * PER_VM) / ONE_VM);
    const checksOf: Check[][] = Array.from({ length: units.count }, () => []);
    for (const check of state.soft) for (const unit of check.units ?? []) checksOf[unit].push(check);
    const change = (unit: number, to: number, from: number): number => {
      let sum = 0;
      for (const check of checksOf[unit]) sum += check.change(unit, to, from);
      return sum * perAmount;
    };
    return {
      name: "preference",
      // The violation of a check is what it gains as its units come in one after the other.
      total() {
        let sum = 0;
        for (const check of state.soft) {
          const placed = (check.units ?? []).filter((unit) => state.hostOf[unit] >= 0);
          const hosts = placed.map((unit) => state.hostOf[unit]);
          placed.forEach((unit, i) => check.remove(unit, hosts[i]));
          placed.forEach((unit, i) => {
            sum += check.change(unit, hosts[i], -1);
            check.place(unit, hosts[i]);
          });
        }
        return sum * perAmount;
      },
      delta: (unit, from, to) => change(unit, to, from),
      linked: (unit) => [...new Set(checksOf[unit].flatMap((check) => check.units ?? []))],
    };
  },
  better: ({ there, rules }) => withHost(rules(), there.host.name, "keeps preferred rules better than on"),
  worse: ({ here, rules }) => withHost(rules(), here.host.name, "preferred rules are kept better on"),
};

const withHost = (rules: readonly string[], host: string, otherwise: string): string =>
  rules.length > 0 ? rules.join("; ") : `${otherwise} ${host}`;
