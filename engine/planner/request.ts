import { z } from "zod";
import { migrationConfigSchema } from "./migration/config";
import { relationsSchema, rulesSchema, strength, tagSchema } from "./rules";
import { weightsSchema } from "./weights";

export { weightsSchema } from "./weights";

const name = z.string().min(1);

/** A VM to be placed: one that is to be made, or one of the same name that the cluster has already. */
export const requestedVmSchema = z.strictObject({
  name,
  vcpus: z.number().int().positive(),
  memoryMb: z.number().positive(),
  diskMb: z.number().nonnegative().default(0),
  datastore: name.optional().describe("Name or id of the datastore that its disks need"),
  networks: z.array(name).default([]).describe("Names or ids of the networks it must reach"),
  like: name.optional().describe("Name of a VM whose history stands for this one's"),
  application: name
    .optional()
    .describe("What it serves, as the history of requests names it: hosts that serve it well"),
  user: name.optional().describe("Whom it serves, as the history of requests names them"),
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
  tags: z.array(tagSchema).default([]).describe("Tags of its own, beside those that the inventory has for it"),
});
export type RequestedVm = z.infer<typeof requestedVmSchema>;

/**
 * VMs that belong together on one host or in one fault domain; apart, each in a domain of its own; or spread over at
 * least so many domains, with at most so many in one.
 */
export const placementGroupSchema = z
  .strictObject({
    name,
    kind: z.enum(["together", "apart", "spread"]),
    members: z.array(name).min(2),
    ...strength,
    application: name.optional().describe("What its members serve, where they don't say it themselves"),
    user: name.optional().describe("Whom its members serve, where they don't say it themselves"),
    over: z
      .union([z.literal("host"), z.strictObject({ tagCategory: name })])
      .default("host")
      .describe("The fault domain: a host, or the hosts with the same tag of a category"),
    minDomains: z.number().int().min(2).optional().describe("Of a spread group: fault domains it uses at least"),
    maxPerDomain: z.number().int().positive().optional().describe("Of a spread group: members in one domain at most"),
  })
  .superRefine((group, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    const { kind, minDomains, maxPerDomain, members } = group;
    if (kind !== "spread") {
      for (const key of ["minDomains", "maxPerDomain"] as const) {
        if (group[key] !== undefined) issue(key, `only a group of the kind "spread" has ${key}`);
      }
    } else if (minDomains === undefined && maxPerDomain === undefined) {
      issue("kind", "a spread group says minDomains, maxPerDomain or both");
    } else if (minDomains !== undefined && minDomains > members.length) {
      issue("minDomains", `${members.length} members can't use ${minDomains} fault domains`);
    }
  });
export type PlacementGroup = z.infer<typeof placementGroupSchema>;

export const planConfigSchema = z.strictObject({
  seed: z.number().int().nonnegative().default(1),
  horizonHours: z.number().int().min(1).max(168).default(24),
  historyDays: z.number().int().min(1).max(90).default(14),
  stepMinutes: z.literal([5, 10, 15, 30, 60]).default(60),
  newestMinutes: z
    .number()
    .int()
    .min(0)
    .max(60)
    .default(0)
    .describe(
      "Newest minutes by which the forecasts of the hours at hand are corrected, as far as deviations used to last; 0: " +
        "hourly means alone. A MigrationSchedule looks at 15, and at the last hour of the hosts' signals",
    ),
  vcpusPerCore: z.number().positive().default(8).describe("Overcommit limit: configured vCPUs per physical core"),
  memoryOvercommit: z.number().positive().default(1).describe("Overcommit limit: configured memory over host memory"),
  cpuSafety: z.number().min(0).max(0.9).default(0.2).describe("Share of a host's CPU that forecasts should leave free"),
  memorySafety: z.number().min(0).max(0.9).default(0.1),
  weights: weightsSchema.prefault({}),
  objectiveOrder: z
    .array(weightsSchema.keyof())
    .refine((names) => new Set(names).size === names.length, "an objective is given twice")
    .default([])
    .describe(
      "Objectives by rank: an earlier one is never made worse for the sake of a later one, or of one not named",
    ),
  zoneCategory: name
    .optional()
    .describe("Tag category of the hosts whose values are zones: traffic between them costs more"),
  gainThreshold: z
    .number()
    .nonnegative()
    .default(0.02)
    .describe("A move of what runs already must lower the cost by this, as a share of one host's full weight"),
  quietGainThreshold: z
    .number()
    .nonnegative()
    .optional()
    .describe(
      "What a move must gain off a host that needs no relief: open, not crowded, no likelier to fail than is tolerated; " +
        "gainThreshold where that is more, or this isn't given",
    ),
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

/** A VM that was moved off a host lately: the ways back that are closed unless something speaks for them. */
export const departureSchema = z.strictObject({
  virtualMachine: name.describe("Managed object id"),
  host: name.describe("Id of the host that it left"),
});
export type Departure = z.infer<typeof departureSchema>;

export const planRequestSchema = z.strictObject({
  cluster: name.describe("Name or id"),
  /** The instant the plan is for; history ends here and the horizon begins. Epoch seconds. */
  asOf: z.number().int().positive(),
  virtualMachines: z.array(requestedVmSchema).default([]),
  groups: z.array(placementGroupSchema).default([]),
  rules: rulesSchema.prefault({}).describe("Rules between VMs and hosts, licences, compliance zones, dependencies"),
  relations: relationsSchema.prefault({}).describe("What is known of pairs of VMs: affinities and traffic"),
  include: z
    .enum(["none", "unplaced", "all"])
    .default("none")
    .describe("VMs of the inventory to plan besides those named: those without a host, or all (moves within maxMoves)"),
  /** The plan in force: VM name to host id. Kept unless the gain passes the threshold. */
  keep: z.record(z.string(), z.string()).default({}),
  reservations: z.array(reservationSchema).default([]),
  departures: z.array(departureSchema).default([]).describe("Moves of late, which are not taken back without a cause"),
  explain: z.array(name).default([]).describe("VMs whose cost on every host the plan says, by objective"),
  config: planConfigSchema.prefault({}),
});
export type PlanRequest = z.infer<typeof planRequestSchema>;
