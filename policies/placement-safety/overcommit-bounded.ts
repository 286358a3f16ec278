import { z } from "zod";
import { definePolicy } from "../define";
import { PLACEMENT } from "../placement";
import { read } from "../read";
import { NIST, PAGES } from "../references";
import { MIGRATION_SCHEDULE } from "../schedule";
import { UNKNOWN } from "../unknown";

const config = z.strictObject({
  maxVcpusPerCore: z.number().positive().default(8).describe("Highest limit of configured vCPUs per physical core"),
  maxMemoryOvercommit: z.number().positive().default(1.25).describe("Highest limit of configured memory over memory"),
});

const settings = z
  .object({ vcpusPerCore: z.number().optional(), memoryOvercommit: z.number().optional() })
  .prefault({});

/** The limits that a program sets its plans; those of the stack's configuration are the operator's own. */
export const overcommitBounded = definePolicy({
  name: "overcommit-bounded",
  displayName: "Overcommit limits stay within bounds",
  description: "A program must not lift the plan's overcommit limits above those that this policy allows.",
  group: "placement-safety",
  enforcementLevel: "mandatory",
  severity: "medium",
  rationale:
    "The limits guard against what no forecast knows: VMs that all want their configured size at once. A program " +
    "that lifts them for its own sake takes that safety from every other VM of the cluster.",
  remediation: "lower settings.vcpusPerCore and settings.memoryOvercommit, or leave them to the stack's configuration.",
  url: PAGES.resourceManagement,
  references: [NIST.resourceAvailability],
  config,
  appliesTo: [PLACEMENT, MIGRATION_SCHEDULE],
  checkResource(resource, { config, report, notApplicable }) {
    const limits = read(resource, "settings", settings);
    if (limits === UNKNOWN) return notApplicable("this preview doesn't know the settings");
    const bounds = [
      ["vcpusPerCore", limits.vcpusPerCore, config.maxVcpusPerCore, "maxVcpusPerCore"],
      ["memoryOvercommit", limits.memoryOvercommit, config.maxMemoryOvercommit, "maxMemoryOvercommit"],
    ] as const;
    for (const [key, given, most, bound] of bounds) {
      if (given !== undefined && given > most)
        report(`settings.${key} is ${given}; at most ${most} is allowed (${bound}).`);
    }
  },
});
