import { ONE_VM } from "../constraints/constraint";
import { COST_UNIT } from "../plan";
import type { Objective } from "./objective";

/** What one VM in the wrong place costs, as a share of one host's full weight. */
const PER_VM = 0.1;

export const preference: Objective = {
  name: "preference",
  title: "Preferred rules",
  description: "Rules and groups that should hold but needn't: each VM on the wrong side of one costs the same.",
  reads: ["every constraint that isn't mandatory, with its weight"],
  bind(state, weight) {
    const { units, constraints } = state.problem;
    const preferred = constraints.filter(({ hard }) => !hard);
    const scale = (weight * COST_UNIT * PER_VM) / ONE_VM;
    const rules = state.soft.map((check, i) => ({ check, price: Math.round(scale * (preferred[i].weight ?? 1)) }));
    const rulesOf: (typeof rules)[] = Array.from({ length: units.count }, () => []);
    for (const rule of rules) for (const unit of rule.check.units ?? []) rulesOf[unit].push(rule);
    return {
      name: "preference",
      total: () => rules.reduce((sum, { check, price }) => sum + check.violation() * price, 0),
      delta(unit, from, to) {
        let sum = 0;
        for (const { check, price } of rulesOf[unit]) sum += check.change(unit, to, from) * price;
        return sum;
      },
      concerns: (unit) => rulesOf[unit].length > 0,
      linked: (unit) => [...new Set(rulesOf[unit].flatMap(({ check }) => check.units ?? []))],
    };
  },
  better: ({ there, rules }) => withHost(rules(), there.host.name, "keeps preferred rules better than on"),
  worse: ({ here, rules }) => withHost(rules(), here.host.name, "preferred rules are kept better on"),
};

const withHost = (rules: readonly string[], host: string, otherwise: string): string =>
  rules.length > 0 ? rules.join("; ") : `${otherwise} ${host}`;
