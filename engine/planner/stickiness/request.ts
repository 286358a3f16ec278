import { z } from "zod";

const name = z.string().min(1);

/** What the rule must save at least, as a probability within the horizon, to be worth having: by how much is at stake. */
export const RISK_BOUND = { low: 0.05, normal: 0.02, high: 0.01, critical: 0.005 } as const;

/** A temporary rule among VMs: how long it is needed is computed, within these bounds. */
export const stickinessRequestSchema = z
  .strictObject({
    cluster: name.describe("Name or id"),
    virtualMachines: z.array(name).min(2).describe("Names (or ids) of the VMs, two or more"),
    keep: z.enum(["apart", "together"]).default("apart"),
    criticality: z.enum(["low", "normal", "high", "critical"]).default("normal"),
    riskBound: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe(
        "The rule is there while it lowers the group's risk over the horizon by more than this; absent: by criticality",
      ),
    minHours: z.number().positive().default(1).describe("A rule that is there once stays this long at least"),
    maxHours: z
      .number()
      .positive()
      .max(24 * 90)
      .default(168)
      .describe("And no longer than this, unless it is renewed"),
    mandatory: z.boolean().default(false).describe("A mandatory rule is never broken, not even to restart a VM"),
    ruleName: name.optional().describe("Name of the DRS rule; absent: from project, stack and resource"),
  })
  .refine(({ minHours, maxHours }) => minHours <= maxHours, {
    error: "minHours must not be above maxHours",
    path: ["minHours"],
  })
  .refine(({ virtualMachines }) => new Set(virtualMachines).size === virtualMachines.length, {
    error: "a virtual machine is given twice",
    path: ["virtualMachines"],
  });
export type StickinessRequest = z.infer<typeof stickinessRequestSchema>;
