import { z } from "zod";
import { read, readEach, type Resource } from "./read";
import { holdsUnknown, type Known, reveal, UNKNOWN } from "./unknown";

/** Type token of `Placement`. */
export const PLACEMENT = "pulumi-nodejs:dynamic/vsphere-affinity:Placement";

// Objects are loose: a policy reads what it needs, and a newer plan may say more.
const groupSchema = z.object({
  name: z.string(),
  kind: z.enum(["together", "apart", "spread"]),
  members: z.array(z.string()),
  mandatory: z.boolean().default(true),
  /** Fault domain: hosts, or hosts with the same tag of a category. */
  over: z.union([z.literal("host"), z.object({ tagCategory: z.string() })]).default("host"),
  maxPerDomain: z.number().optional(),
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
  lacking: z
    .array(
      z.object({ what: z.string(), subjects: z.array(z.string()), count: z.number().optional(), fallback: z.string() }),
    )
    .default([]),
  /** Hard constraints that the cluster breaks and the plan can't mend. */
  unresolved: z.array(z.object({ constraint: z.string(), text: z.string() })).default([]),
});

const share = z.number().nullable().optional();
const placedSchema = z.object({
  vm: z.string(),
  hostId: z.string(),
  host: z.string(),
  action: z.enum(["place", "keep", "move"]).optional(),
  risk: z.number().optional(),
  headroom: z.object({ cpu: share, memory: share }).optional(),
});

const requestedSchema = z.object({
  name: z.string(),
  vcpus: z.number().optional(),
  memoryMb: z.number().optional(),
  criticality: z.enum(["low", "normal", "high", "critical"]).default("normal"),
  like: z.string().optional(),
  datastore: z.string().optional(),
  cpuReservationMhz: z.number().default(0),
  memoryReservationMb: z.number().default(0),
});

const adviceSchema = z.object({ vm: z.string(), from: z.string().optional(), to: z.string() });

export type PlacementGroup = z.infer<typeof groupSchema>;
export type PlacementPlan = z.infer<typeof planSchema>;
export type PlacedVirtualMachine = z.infer<typeof placedSchema>;
export type RequestedVirtualMachine = z.infer<typeof requestedSchema>;

/** What policies read of a `Placement`: the program's groups, and the plan that the provider put beside them. */
export interface Placement {
  readonly resource: Resource;
  readonly groups: Known<Known<PlacementGroup>[]>;
  /** Undefined: nothing stands in the way of planning, and yet there is no plan. */
  readonly plan: Known<PlacementPlan> | undefined;
  readonly placements: Known<Known<PlacedVirtualMachine>[]>;
  /** As the program asked for them. */
  readonly virtualMachines: Known<Known<RequestedVirtualMachine>[]>;
  /** Moves of other VMs that the plan advises. */
  readonly moves: Known<Known<z.infer<typeof adviceSchema>>[]>;
}

/** @throws AffinityError RESOURCE_UNREADABLE */
export function readPlacement(resource: Resource): Placement {
  const plan = read(resource, "plan", planSchema.optional());
  return {
    resource,
    groups: readEach(resource, "groups", groupSchema),
    plan: plan === undefined && lacksInputs(resource) ? UNKNOWN : plan,
    placements: readEach(resource, "placements", placedSchema),
    virtualMachines: readEach(resource, "virtualMachines", requestedSchema),
    moves: readEach(resource, "moves", adviceSchema),
  };
}

/** In a preview the provider makes no plan where too little is known to plan at all, such as the cluster. */
function lacksInputs(resource: Resource): boolean {
  return Object.keys(resource.props).some((key) => holdsUnknown(reveal(resource.props, key)));
}
