import { z } from "zod";
import { definePolicy } from "../define";
import { NIST, PAGES } from "../references";
import { readStickiness, STICKINESS } from "../stickiness";
import { UNKNOWN } from "../unknown";

const config = z.strictObject({
  maxHours: z
    .number()
    .positive()
    .default(14 * 24)
    .describe("Longest that a temporary rule may be asked to stay without being renewed"),
});

/** Temporary for a season is permanent. */
export const ruleExpiryBounded = definePolicy({
  name: "rule-expiry-bounded",
  displayName: "Temporary rules end soon",
  description: "A Stickiness must not keep its rule for longer than this policy allows without a renewal.",
  group: "change-control",
  enforcementLevel: "mandatory",
  severity: "low",
  rationale: "The prediction behind a rule is of days; what it says of next month, nobody should rely on.",
  remediation: "lower maxHours: as long as the risk lasts the rule is renewed.",
  url: PAGES.nist,
  references: [NIST.changeControl],
  config,
  appliesTo: [STICKINESS],
  checkResource(resource, { config, report }) {
    const { maxHours, since, expiresAt } = readStickiness(resource);
    if (maxHours !== UNKNOWN && maxHours > config.maxHours) {
      report(`maxHours is ${maxHours}; at most ${config.maxHours} is allowed (maxHours).`);
    } else if (typeof since === "string" && typeof expiresAt === "string") {
      const hours = (Date.parse(expiresAt) - Math.max(Date.parse(since), Date.now())) / 3_600_000;
      if (hours > config.maxHours) {
        report(
          `The rule expires ${expiresAt}, in ${Math.round(hours)} h; at most ${config.maxHours} is allowed (maxHours).`,
        );
      }
    }
  },
});
