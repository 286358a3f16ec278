import { z } from "zod";
import { definePolicy } from "../define";
import { PLACEMENT, readPlacement } from "../placement";
import { PAGES } from "../references";
import { UNKNOWN } from "../unknown";

const config = z.strictObject({
  allowed: z.array(z.string()).default([]).describe("Constraints, by name, that may stay broken"),
});

/** What the cluster breaks already is told by the plan; here it is a matter of policy whether that passes. */
export const planLeavesNothingBroken = definePolicy({
  name: "plan-leaves-nothing-broken",
  displayName: "Plans leave no hard constraint broken",
  description: "The cluster that a Placement plans for should break no hard constraint that the plan can't mend.",
  group: "placement-safety",
  enforcementLevel: "advisory",
  severity: "medium",
  rationale:
    "A cluster that breaks a rule, or its admission control, before the update does so after it as well; whoever " +
    "adds VMs to it should know.",
  remediation: "let the plan move more (include and settings.maxMoves), or mend what is named by hand.",
  url: PAGES.resourceManagement,
  config,
  appliesTo: [PLACEMENT],
  checkResource(resource, { config, report, notApplicable }) {
    const { plan } = readPlacement(resource);
    if (plan === UNKNOWN || plan === undefined) return notApplicable("there is no plan to read");
    for (const { constraint, text } of plan.unresolved) {
      if (!config.allowed.includes(constraint)) report(`Left broken (${constraint}): ${text}.`);
    }
  },
});
