import { z } from "zod";
import { definePolicy } from "../define";
import { PLACEMENT, readPlacement } from "../placement";
import { known, orUndefined, read } from "../read";
import { NIST, PAGES } from "../references";
import { UNKNOWN } from "../unknown";

const config = z.strictObject({
  criticalities: z
    .array(z.enum(["low", "normal", "high", "critical"]))
    .default(["critical"])
    .describe("Groups with a member of one of these are critical"),
  faultDomainCategory: z
    .string()
    .default("")
    .describe("Tag category of hosts that critical groups must be spread over, such as rack; empty: none"),
});

const settings = z.object({ weights: z.object({ correlatedFailure: z.number().optional() }).optional() }).prefault({});

/** Two hosts that fail together are one host to a group that is kept apart. */
export const criticalGroupHostsIndependent = definePolicy({
  name: "critical-group-hosts-independent",
  displayName: "Critical groups are on hosts that fail independently",
  description:
    "A critical group that is kept apart must be so across fault domains, or by a plan that weighs correlation.",
  group: "placement-safety",
  enforcementLevel: "advisory",
  severity: "high",
  rationale:
    "Hosts of one rack, power feed or firmware fail together. Replicas on two such hosts satisfy the anti-affinity " +
    "rule and are lost at once all the same.",
  remediation:
    "spread the group over a tag category of the hosts (over: { tagCategory }), or give the plan host events or tags " +
    "to learn correlation from and weights.correlatedFailure above 0.",
  url: PAGES.availability,
  references: [NIST.distributed],
  config,
  appliesTo: [PLACEMENT],
  checkResource(resource, { config, report, notApplicable }) {
    const { groups, virtualMachines, plan } = readPlacement(resource);
    if (groups === UNKNOWN || virtualMachines === UNKNOWN) return notApplicable("this preview doesn't know the groups");
    const critical = new Set(
      known(virtualMachines)
        .filter(({ criticality }) => config.criticalities.includes(criticality))
        .map(({ name }) => name),
    );
    const weight = orUndefined(read(resource, "settings", settings))?.weights?.correlatedFailure;
    const lacks = plan !== UNKNOWN && plan?.lacking.some(({ what }) => what === "host failure correlation");
    for (const { name, kind, members, over } of known(groups)) {
      if (kind === "together" || !members.some((member) => critical.has(member))) continue;
      const category = over === "host" ? undefined : over.tagCategory;
      if (config.faultDomainCategory !== "" && category !== config.faultDomainCategory) {
        report(`Critical group ${name} is not spread over ${config.faultDomainCategory} (faultDomainCategory).`);
      } else if (category !== undefined) continue;
      else if (weight === 0) report(`Critical group ${name} is planned with weights.correlatedFailure of 0.`);
      else if (lacks) report(`Critical group ${name} is on hosts of which nobody knows whether they fail together.`);
    }
  },
});
