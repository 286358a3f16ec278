import { z } from "zod";
import { definePolicy } from "../define";
import { PLACEMENT, readPlacement } from "../placement";
import { known } from "../read";
import { NIST, PAGES } from "../references";
import { UNKNOWN } from "../unknown";

const config = z.strictObject({
  maxRisk: z.number().min(0).max(1).default(0.1).describe("Highest probability that a VM suffers over the horizon"),
  criticalities: z
    .array(z.enum(["low", "normal", "high", "critical"]))
    .default(["high", "critical"])
    .describe("VMs that are looked at"),
});

/** The prediction itself, held against what the VM is worth. */
export const criticalVirtualMachineRiskBounded = definePolicy({
  name: "critical-virtual-machine-risk-bounded",
  displayName: "Critical virtual machines are planned at low risk",
  description: "A critical VM should not be planned on a host where it is likely to suffer.",
  group: "placement-safety",
  enforcementLevel: "advisory",
  severity: "high",
  rationale:
    "The plan takes the best host there is; where the best is bad, a person should say that it is good enough.",
  remediation: "add hosts, let the plan move more (settings.maxMoves), or mend the hosts that the plan names as risky.",
  url: PAGES.availability,
  references: [NIST.recovery],
  config,
  appliesTo: [PLACEMENT],
  checkResource(resource, { config, report, notApplicable }) {
    const { placements, virtualMachines } = readPlacement(resource);
    if (placements === UNKNOWN || virtualMachines === UNKNOWN)
      return notApplicable("this preview doesn't know the plan");
    const worth = new Map(known(virtualMachines).map(({ name, criticality }) => [name, criticality]));
    for (const { vm, host, risk } of known(placements)) {
      const criticality = worth.get(vm);
      if (risk === undefined || criticality === undefined || risk <= config.maxRisk) continue;
      if (!config.criticalities.includes(criticality)) continue;
      report(
        `Virtual machine ${vm} (${criticality}) is planned on ${host} at a risk of ${risk}; at most ` +
          `${config.maxRisk} is allowed (maxRisk).`,
      );
    }
  },
});
