import type { PropagationRule } from "./rule";

/** If A depends on B, B's failure makes A's likelier: by declaration, or by the share of its traffic that goes there. */
export const directDependency: PropagationRule = {
  name: "direct-dependency",
  apply: (probability, { edge, share }, rules) =>
    Math.max(probability, edge.declared ? rules.declared : 0, rules.observed * share),
};
