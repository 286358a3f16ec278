import { z } from "zod";
import { migrationConfigSchema } from "./migration/config";

const name = z.string().min(1);
const tagSchema = z.strictObject({ category: name, name });

/** A VM to be placed: one that is to be made, or one of the same name that the cluster has already. */
export const requestedVmSchema = z.strictObject({
  name,
  vcpus: z.number().int().positive(),
  memoryMb: z.number().positive(),
  diskMb: z.number().nonnegative().default(0),
  datastore: name.optional().describe("Name or id of the datastore that its disks need"),
  networks: z.array(name).default([]).describe("Names or ids of the networks it must reach"),
  like: name.optional().describe("Name of a VM whose history stands for this one's"),
  criticality: z.enum(["low", "normal", "high", "critical"]).default("normal"),
  cpuReservationMhz: z.number().nonnegative().default(0),
  memoryReservationMb: z.number().nonnegative().default(0),
  requiredCpuGeneration: name.optional().describe("EVC mode, such as intel-broadwell"),
  devices: z
    .array(z.strictObject({ kind: z.enum(["passthrough", "vgpu", "sriov", "other"]), device: name }))
    .default([]),
  hosts: z.array(name).optional().describe("Names of the only hosts it may use"),
  avoidHosts: z.array(name).default([]),
  requireHostTags: z
    .array(tagSchema)
    .default([])
    .describe("Tags that its host must carry: zones, compliance, licences"),
});
export type RequestedVm = z.infer<typeof requestedVmSchema>;

/** VMs that belong together on one host, or apart: on different hosts, or on hosts with different tags of a category. */
export const placementGroupSchema = z.strictObject({
  name,
  kind: z.enum(["together", "apart"]),
  members: z.array(name).min(2),
  mandatory: z.boolean().default(true),
  over: z
    .union([z.literal("host"), z.strictObject({ tagCategory: name })])
    .default("host")
    .describe("The fault domain"),
});
export type PlacementGroup = z.infer<typeof placementGroupSchema>;

/**
 * What each objective weighs. The currency is unmet demand: a cost of 1 is 0.6 host-hours of a 24 h horizon that a
 * full host can't serve, or 2.4 host-hours of use within its safety margin (contention's 10 for a whole host and the
 * whole horizon, four times that above full capacity). In it, by default:
 *
 * - the failure of a critical VM's host is worth 100, as much as two and a half days of a whole host's work; of a
 *   normal VM's 40, of a low one's 20 (CRITICALITY_WEIGHT). So a host with a probability of failing of 10 % gives 8 for
 *   each critical VM that leaves it, 3 for a normal and 1.6 for a low one: more than any relief of a host that is merely
 *   hot, most critical VMs first, and enough to use up other hosts' safety margins, but not to overload them by much.
 *   See objectives/host-risk.ts for risks too small to act upon.
 * - a VM on the wrong side of a preferred rule costs 0.3: as much as a host a quarter of whose capacity is missing for
 *   three quarters of an hour.
 * - unevenness comes last: a host that is full where the others are empty costs 1.
 */
export const weightsSchema = z.strictObject({
  contention: z.number().nonnegative().default(10),
  hostRisk: z.number().nonnegative().default(100),
  preference: z.number().nonnegative().default(3),
  balance: z.number().nonnegative().default(1),
});

export const planConfigSchema = z.strictObject({
  seed: z.number().int().nonnegative().default(1),
  horizonHours: z.number().int().min(1).max(168).default(24),
  historyDays: z.number().int().min(1).max(90).default(14),
  stepMinutes: z.literal([5, 10, 15, 30, 60]).default(60),
  vcpusPerCore: z.number().positive().default(8).describe("Overcommit limit: configured vCPUs per physical core"),
  memoryOvercommit: z.number().positive().default(1).describe("Overcommit limit: configured memory over host memory"),
  cpuSafety: z.number().min(0).max(0.9).default(0.2).describe("Share of a host's CPU that forecasts should leave free"),
  memorySafety: z.number().min(0).max(0.9).default(0.1),
  weights: weightsSchema.prefault({}),
  gainThreshold: z
    .number()
    .nonnegative()
    .default(0.02)
    .describe("A move of what runs already must lower the cost by this, as a share of one host's full weight"),
  maxMoves: z.number().int().nonnegative().default(10).describe("Moves of VMs that run already"),
  migration: migrationConfigSchema.prefault({}),
  maxVmsPerHost: z.number().int().positive().default(1024),
  missingTelemetry: z.enum(["configured-size", "refuse"]).default("configured-size"),
  maxStalenessMinutes: z.number().positive().default(120),
});
export type PlanConfig = z.infer<typeof planConfigSchema>;

/** Room that another stack was promised for a VM that is not in the inventory yet. */
export const reservationSchema = z.strictObject({
  owner: name.describe("Stack and resource, as a URN"),
  virtualMachine: name,
  host: name.describe("Host id"),
  vcpus: z.number().int().positive(),
  memoryMb: z.number().positive(),
});
export type Reservation = z.infer<typeof reservationSchema>;

export const planRequestSchema = z.strictObject({
  cluster: name.describe("Name or id"),
  /** The instant the plan is for; history ends here and the horizon begins. Epoch seconds. */
  asOf: z.number().int().positive(),
  virtualMachines: z.array(requestedVmSchema).default([]),
  groups: z.array(placementGroupSchema).default([]),
  include: z
    .enum(["none", "unplaced", "all"])
    .default("none")
    .describe("VMs of the inventory to plan besides those named: those without a host, or all (moves within maxMoves)"),
  /** The plan in force: VM name to host id. Kept unless the gain passes the threshold. */
  keep: z.record(z.string(), z.string()).default({}),
  reservations: z.array(reservationSchema).default([]),
  config: planConfigSchema.prefault({}),
});
export type PlanRequest = z.infer<typeof planRequestSchema>;
