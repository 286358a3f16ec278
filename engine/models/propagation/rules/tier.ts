import type { PropagationRule } from "./rule";

/** A failure within a critical tier spreads further: factors on the odds, so that a probability stays one. */
export const tier: PropagationRule = {
  name: "tier",
  apply: (probability, { server }, rules) => {
    const byTier = server.tier === null ? 1 : (rules.tiers[server.tier] ?? 1);
    const byCriticality = server.criticality === null ? 1 : rules.criticality ** (2 * server.criticality - 1);
    const factor = byTier * byCriticality;
    return (probability * factor) / (1 - probability + probability * factor);
  },
};
