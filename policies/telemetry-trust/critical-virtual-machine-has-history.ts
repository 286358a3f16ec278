import { z } from "zod";
import { definePolicy } from "../define";
import { PLACEMENT, readPlacement } from "../placement";
import { known } from "../read";
import { PAGES } from "../references";
import { UNKNOWN } from "../unknown";

const config = z.strictObject({
  criticalities: z
    .array(z.enum(["low", "normal", "high", "critical"]))
    .default(["critical"])
    .describe("VMs that are looked at"),
});

/** A new VM has no history; one that does the same work elsewhere has. */
export const criticalVirtualMachineHasHistory = definePolicy({
  name: "critical-virtual-machine-has-history",
  displayName: "New critical machines are forecast from history",
  description: "A critical VM that is yet to be made should say which VM's history stands for its own (like).",
  group: "telemetry-trust",
  enforcementLevel: "advisory",
  severity: "low",
  rationale: "Without history the plan counts a share of the configured size, which is seldom what a VM uses.",
  remediation: "set like to the name of a VM that does the same work.",
  url: PAGES.resourceManagement,
  config,
  appliesTo: [PLACEMENT],
  checkResource(resource, { config, report, notApplicable }) {
    const { virtualMachines, placements, plan } = readPlacement(resource);
    if (virtualMachines === UNKNOWN || placements === UNKNOWN || plan === UNKNOWN) {
      return notApplicable("this preview doesn't know the plan");
    }
    const added = new Set(known(placements).flatMap(({ vm, action }) => (action === "place" ? [vm] : [])));
    const wanted = plan?.lacking.filter(({ what }) => what.startsWith("a virtual machine named ")) ?? [];
    for (const { name, criticality, like } of known(virtualMachines)) {
      if (!added.has(name) || !config.criticalities.includes(criticality)) continue;
      if (like === undefined) report(`Virtual machine ${name} (${criticality}) is new and says no VM that it is like.`);
      else if (wanted.some(({ subjects }) => subjects.includes(name))) {
        report(`Virtual machine ${name} (${criticality}) is like ${like}, which the inventory doesn't have.`);
      }
    }
  },
});
