import { z } from "zod";
import { read, readEach, type Resource } from "./read";
import { holdsUnknown, type Known, reveal, UNKNOWN } from "./unknown";

/** Type token of `Placement`. */
export const PLACEMENT = "pulumi-nodejs:dynamic/vsphere-affinity:Placement";

// Objects are loose: a policy reads what it needs, and a newer plan may say more.
const groupSchema = z.object({
  name: z.string(),
  kind: z.enum(["together", "apart"]),
  members: z.array(z.string()),
  mandatory: z.boolean().default(true),
});

const planSchema = z.object({
  /** The instant planned for, epoch seconds. A plan that is kept keeps it. */
  asOf: z.number(),
  /** The instant at which the telemetry below was last found to ask for the same plan; absent: not since it was made. */
  confirmedAt: z.number().optional(),
  cluster: z.object({
    id: z.string(),
    name: z.string(),
    hosts: z.number().optional().describe("Hosts of the cluster that can take a VM"),
  }),
  telemetry: z.object({
    /** Newest sample seen, epoch seconds; null if there was none. */
    newest: z.number().nullable(),
    /** Share of the planned VMs whose forecast rests on history. */
    coverage: z.number(),
  }),
  candidateHosts: z.record(z.string(), z.number()).default({}).describe("Group name to hosts that could hold a member"),
});

const placedSchema = z.object({ vm: z.string(), hostId: z.string(), host: z.string() });

export type PlacementGroup = z.infer<typeof groupSchema>;
export type PlacementPlan = z.infer<typeof planSchema>;
export type PlacedVirtualMachine = z.infer<typeof placedSchema>;

/** What policies read of a `Placement`: the program's groups, and the plan that the provider put beside them. */
export interface Placement {
  readonly resource: Resource;
  readonly groups: Known<Known<PlacementGroup>[]>;
  /** Undefined: nothing stands in the way of planning, and yet there is no plan. */
  readonly plan: Known<PlacementPlan> | undefined;
  readonly placements: Known<Known<PlacedVirtualMachine>[]>;
}

/** @throws AffinityError RESOURCE_UNREADABLE */
export function readPlacement(resource: Resource): Placement {
  const plan = read(resource, "plan", planSchema.optional());
  return {
    resource,
    groups: readEach(resource, "groups", groupSchema),
    plan: plan === undefined && lacksInputs(resource) ? UNKNOWN : plan,
    placements: readEach(resource, "placements", placedSchema),
  };
}

/** In a preview the provider makes no plan where too little is known to plan at all, such as the cluster. */
function lacksInputs(resource: Resource): boolean {
  return Object.keys(resource.props).some((key) => holdsUnknown(reveal(resource.props, key)));
}
