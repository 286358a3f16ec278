import { z } from "zod";
import { definePolicy } from "../define";
import { PLACEMENT, readPlacement } from "../placement";
import { known } from "../read";
import { NIST, PAGES } from "../references";
import { UNKNOWN } from "../unknown";

const share = z.number().min(-10).max(1);
const config = z.strictObject({
  minCpuHeadroom: share.default(0).describe("Least share of a planned host's CPU left at its busiest hour"),
  minMemoryHeadroom: share.default(0).describe("Least share of a planned host's memory left at its busiest hour"),
});

/** What the forecast says is left on the hosts that the plan gives. */
export const placementHeadroomKept = definePolicy({
  name: "placement-headroom-kept",
  displayName: "Planned hosts keep headroom",
  description: "No host that a Placement gives should be forecast to run out of CPU or memory.",
  group: "placement-safety",
  enforcementLevel: "advisory",
  severity: "medium",
  rationale:
    "A plan that can do no better puts VMs on a host that is full at its busiest hour: they wait for CPU, or their " +
    "memory is reclaimed, and only the figures of the plan say so beforehand.",
  remediation: "add hosts, let the plan move more VMs (settings.maxMoves), or make the VMs smaller.",
  url: PAGES.resourceManagement,
  references: [NIST.resourceAvailability],
  config,
  appliesTo: [PLACEMENT],
  checkResource(resource, { config, report, notApplicable }) {
    const { placements } = readPlacement(resource);
    if (placements === UNKNOWN) return notApplicable("this preview doesn't know the plan");
    for (const { vm, host, headroom } of known(placements)) {
      const kinds = [
        ["CPU", headroom?.cpu, config.minCpuHeadroom, "minCpuHeadroom"],
        ["memory", headroom?.memory, config.minMemoryHeadroom, "minMemoryHeadroom"],
      ] as const;
      for (const [kind, left, least, key] of kinds) {
        // Null: nobody knows; the policies on telemetry speak of that.
        if (left == null || left >= least) continue;
        report(
          `Virtual machine ${vm} is planned on ${host}, which is left ${percent(left)} of its ${kind} at its busiest ` +
            `hour; at least ${percent(least)} is demanded (${key}).`,
        );
      }
    }
  },
});

const percent = (share: number) => `${Math.round(share * 1000) / 10} %`;
