import { z } from "zod";
import { definePolicy } from "../define";
import { orUndefined, read } from "../read";
import { NIST, PAGES } from "../references";
import { readStickiness, STICKINESS } from "../stickiness";
import { AFFINITY_RULE, ANTI_AFFINITY_RULE } from "../vsphere";

const config = z.strictObject({
  permanentRules: z
    .array(z.string())
    .default([])
    .describe("Names of rules that are meant to stay for good; * stands for any text"),
});

/** Rules pile up: each takes hosts from DRS, and nobody dares to remove one. */
export const permanentRuleDeclared = definePolicy({
  name: "permanent-rule-declared",
  displayName: "Rules without expiry are meant to stay",
  description: "A DRS rule among VMs should have an expiry (Stickiness), or be named as permanent.",
  group: "change-control",
  enforcementLevel: "advisory",
  severity: "low",
  rationale:
    "A rule outlives its reason: it goes on denying hosts to DRS and to every plan, and in the end the cluster can't " +
    "be drained.",
  remediation: "use Stickiness, which ends the rule when its risk has passed, or list it in permanentRules.",
  url: PAGES.antiAffinityRule,
  references: [NIST.changeControl],
  config,
  appliesTo: [AFFINITY_RULE, ANTI_AFFINITY_RULE, STICKINESS],
  checkResource(resource, { config, report }) {
    if (resource.type === STICKINESS) {
      const { rule, expiresAt } = readStickiness(resource);
      const name = orUndefined(rule)?.name;
      if (name !== undefined && expiresAt === null && !listed(name, config.permanentRules)) {
        report(`The rule ${name} has no expiry.`);
      }
      return;
    }
    const name = orUndefined(read(resource, "name", z.string().optional())) ?? resource.name;
    if (!listed(name, config.permanentRules)) report(`The rule ${name} has no expiry.`);
  },
});

/** By parts, not by a regular expression: a pattern of many stars would take for ever. */
function listed(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const [first, ...rest] = pattern.split("*");
    if (rest.length === 0) return name === pattern;
    const last = rest.pop()!;
    if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
    let at = first.length;
    for (const part of rest) {
      const found = name.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= name.length - last.length;
  });
}
