import { z } from "zod";

/** The rule that a stickiness wants, as its inputs and state hold it. */
export const plannedRuleSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(["vmAffinity", "vmAntiAffinity"]),
  mandatory: z.boolean(),
  virtualMachines: z.array(z.strictObject({ vm: z.string(), vmId: z.string().nullable() })),
});
export type PlannedRule = z.infer<typeof plannedRuleSchema>;

/** What check decided: a rule and its end, or none for now; and on what ground. */
export const plannedStickinessSchema = z.strictObject({
  source: z.string().describe("The vCenter's name"),
  clusterId: z.string(),
  rule: plannedRuleSchema.nullable(),
  since: z.string().nullable().describe("When the rule came into force; ISO 8601, UTC"),
  expiresAt: z.string().nullable().describe("ISO 8601, UTC"),
  risk: z.strictObject({ without: z.number(), with: z.number(), bound: z.number() }),
  evidence: z.string(),
});
export type PlannedStickiness = z.infer<typeof plannedStickinessSchema>;

const KEYS = Object.keys(plannedStickinessSchema.shape);

/** The plan that inputs or a state hold; null if they hold none. */
export function plannedIn(state: Readonly<Record<string, unknown>>): PlannedStickiness | null {
  const found = Object.fromEntries(KEYS.map((key) => [key, state[key]]));
  return plannedStickinessSchema.safeParse(found).data ?? null;
}

/** A difference between the program and the cluster that a refresh found. */
export interface StickinessDrift {
  readonly what: "rule missing" | "rule changed" | "rule expired";
  readonly detail: string;
}
