import { z } from "zod";
import { definePolicy } from "../define";
import { PLACEMENT, readPlacement } from "../placement";
import { PAGES } from "../references";
import { UNKNOWN } from "../unknown";

const config = z.strictObject({
  maxSubjects: z.number().min(0).default(50).describe("Most VMs or hosts of which one thing may be lacking"),
  accepted: z.array(z.string()).default([]).describe("What may be lacking, as the plan names it"),
});

/** Coverage of the facts besides telemetry: sizes, disks, networks, parts. */
export const planLacksLittle = definePolicy({
  name: "plan-lacks-little",
  displayName: "Plans know what they plan",
  description: "A plan should not have had to guess the same thing of many VMs or hosts.",
  group: "telemetry-trust",
  enforcementLevel: "advisory",
  severity: "low",
  rationale:
    "What a plan lacks it replaces by an assumption that is named, and fair for a few, not for a whole cluster.",
  remediation: "give the account that reads the inventory the rights that `vsphere-affinity doctor` names.",
  url: PAGES.hostManagement,
  config,
  appliesTo: [PLACEMENT],
  checkResource(resource, { config, report, notApplicable }) {
    const { plan } = readPlacement(resource);
    if (plan === UNKNOWN || plan === undefined) return notApplicable("there is no plan to read");
    for (const { what, subjects, count = subjects.length, fallback } of plan.lacking) {
      if (count <= config.maxSubjects || config.accepted.includes(what)) continue;
      report(`The plan lacked ${what} of ${count}, such as ${subjects.slice(0, 3).join(", ")}; instead: ${fallback}.`);
    }
  },
});
