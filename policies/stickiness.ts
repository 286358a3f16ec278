import { z } from "zod";
import { read, type Resource } from "./read";
import type { Known } from "./unknown";

/** Type token of `Stickiness`. */
export const STICKINESS = "pulumi-nodejs:dynamic/vsphere-affinity:Stickiness";

const ruleSchema = z.object({ name: z.string(), mandatory: z.boolean() }).nullable().default(null);

/** What policies read of a `Stickiness`. */
export interface Stickiness {
  readonly keep: Known<"apart" | "together">;
  readonly virtualMachines: Known<string[]>;
  readonly mandatory: Known<boolean>;
  /** The longest that the program lets the rule stay, hours. */
  readonly maxHours: Known<number>;
  readonly rule: Known<z.infer<typeof ruleSchema>>;
  /** ISO 8601; null where there is no rule, or a rule without an end. */
  readonly since: Known<string | null>;
  readonly expiresAt: Known<string | null>;
}

/** @throws AffinityError RESOURCE_UNREADABLE */
export function readStickiness(resource: Resource): Stickiness {
  const instant = z.iso.datetime().nullable().default(null);
  return {
    keep: read(resource, "keep", z.enum(["apart", "together"]).default("apart")),
    virtualMachines: read(resource, "virtualMachines", z.array(z.string()).default([])),
    mandatory: read(resource, "mandatory", z.boolean().default(false)),
    maxHours: read(resource, "maxHours", z.number().default(168)),
    rule: read(resource, "rule", ruleSchema),
    since: read(resource, "since", instant),
    expiresAt: read(resource, "expiresAt", instant),
  };
}
