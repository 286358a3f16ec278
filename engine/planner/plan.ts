import { z } from "zod";
import { migrationPlanSchema } from "./migration/plan";

/**
 * The planner's answer: plain data, the same bytes for the same (snapshot, telemetry window, config, seed).
 * Costs are integers of one scale (COST_UNIT = one host's full weight); shares are rounded to 4 decimals.
 */
export const PLAN_ALGORITHM = "local-search@1";
export const COST_UNIT = 1_000_000;

const cost = z.number().int();
const share = z.number();
const byObjective = z.record(z.string(), cost);

export const reasonSchema = z.strictObject({
  objective: z.string(),
  /** One sentence a person reads. */
  text: z.string(),
});

export const runnerUpSchema = z.strictObject({
  hostId: z.string(),
  host: z.string(),
  /** Cost on this host less the cost on the chosen one. */
  extraCost: cost,
  byObjective,
});

export const hostCostSchema = z.strictObject({
  hostId: z.string(),
  host: z.string(),
  /** The first constraint that keeps the VM from this host, and why; null where it could go there. */
  refused: z.strictObject({ constraint: z.string(), text: z.string() }).nullable(),
  /** Cost on this host less the cost on the chosen one, with everything else where the plan has it. */
  extraCost: cost,
  byObjective,
});
export type HostCost = z.infer<typeof hostCostSchema>;

export const placedVmSchema = z.strictObject({
  vm: z.string().describe("Name"),
  id: z.string().nullable().describe("Managed object id; null for a VM that is to be made"),
  hostId: z.string(),
  host: z.string(),
  /** Host it runs on now; null if none. */
  from: z.string().nullable(),
  action: z.enum(["place", "keep", "move"]),
  /** Probability that it suffers over the horizon: its host fails, or demand passes the host's capacity. */
  risk: share,
  headroom: z.strictObject({
    /** Share of the chosen host's capacity left at the worst slot of the horizon, after the plan. */
    cpu: share.nullable(),
    memory: share.nullable(),
  }),
  reasons: z.array(reasonSchema).min(1),
  runnersUp: z.array(runnerUpSchema),
  /** Every host of the cluster, the cheapest that could take it first; of the VMs that the request asks to explain. */
  costs: z.array(hostCostSchema).optional(),
  basis: z.enum(["history", "like", "configured"]),
});
export type PlacedVm = z.infer<typeof placedVmSchema>;

export const planMoveSchema = z.strictObject({
  vm: z.string(),
  id: z.string(),
  fromHostId: z.string(),
  toHostId: z.string(),
  from: z.string(),
  to: z.string(),
  /** What the plan would cost more without this move, by all objectives but the cost of moving; and by each. */
  gain: cost,
  byObjective: byObjective.optional(),
  /** What the move costs: the threshold, and by `moveCost` the copying. The gain is higher, or a constraint asks for it. */
  cost: cost.optional(),
  reason: z.string(),
});

export const planSchema = z.strictObject({
  algorithm: z.string(),
  digest: z.string().describe("SHA-256 of the canonical JSON of all the rest"),
  cluster: z.strictObject({ id: z.string(), name: z.string() }),
  source: z.string(),
  asOf: z.number().int(),
  seed: z.number().int(),
  telemetry: z.strictObject({
    from: z.number().int(),
    to: z.number().int(),
    /** Epoch seconds of the newest sample seen; null if there was none. */
    newest: z.number().int().nullable(),
    /** Share of the planned VMs whose forecast rests on history. */
    coverage: share,
    models: z
      .array(z.strictObject({ name: z.string(), digest: z.string() }))
      .optional()
      .describe("The trained models that took part, with the SHA-256 of each; absent where none were configured"),
  }),
  virtualMachines: z.array(placedVmSchema).describe("Every VM in scope, by name"),
  moves: z.array(planMoveSchema),
  migration: migrationPlanSchema
    .optional()
    .describe("The moves in the order in which each is possible; absent without moves"),
  hosts: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      vms: z.strictObject({ before: z.number().int(), after: z.number().int() }),
      /** Highest forecast use over the horizon as a share of capacity. */
      peakCpu: z.strictObject({ before: share.nullable(), after: share.nullable() }),
      peakMemory: z.strictObject({ before: share.nullable(), after: share.nullable() }),
      /** Share of the CPU time, and of the memory, that VMs want and are expected to wait for, over the horizon. */
      expectedReady: z.strictObject({ before: share.nullable(), after: share.nullable() }).optional(),
      expectedMemoryPressure: z.strictObject({ before: share.nullable(), after: share.nullable() }).optional(),
      failureProbability: share,
    }),
  ),
  cost: z.strictObject({ before: byObjective, after: byObjective }),
  /** Absent where the search came to its own end, and the plan is a function of its inputs alone. */
  search: z
    .strictObject({
      endedBy: z.enum(["timeLimit", "abort"]),
      bound: z
        .number()
        .nullable()
        .describe("No plan costs less, by all objectives together; null where that isn't known"),
    })
    .optional(),
  lacking: z.array(z.strictObject({ what: z.string(), subjects: z.array(z.string()), fallback: z.string() })),
  /** Hard constraints that the world breaks already and that this plan can't mend within its scope and its moves. */
  unresolved: z
    .array(z.strictObject({ constraint: z.string(), text: z.string(), subjects: z.array(z.string()) }))
    .optional(),
});
export type Plan = z.infer<typeof planSchema>;
