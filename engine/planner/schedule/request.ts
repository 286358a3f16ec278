import { z } from "zod";
import { windowSchema } from "../windows";

const name = z.string().min(1);
const probability = z.number().min(0).max(1);

/** What may be moved, when, and how much of it: a budget that becomes waves of moves. */
export const scheduleRequestSchema = z.strictObject({
  cluster: name.describe("Name or id"),
  windows: z.array(windowSchema).default([]).describe("When moves may run; none: at any time"),
  budget: z
    .strictObject({
      movesPerRun: z.number().int().min(0).default(10),
      movesPerDay: z
        .number()
        .int()
        .min(0)
        .optional()
        .describe("In any 24 hours, by the log of actions; 40 where not given"),
      urgentMovesPerDay: z
        .number()
        .int()
        .min(0)
        .optional()
        .describe(
          "Beyond those, of VMs whose host can't keep them, is crowded or likely to fail; 40 where neither is given, else 0",
        ),
      concurrency: z
        .number()
        .int()
        .min(1)
        .max(64)
        .default(4)
        .describe("Moves at the same time, within vCenter's limits"),
    })
    .prefault({}),
  thresholds: z
    .strictObject({
      risk: probability.optional().describe("Moves begin when a host with VMs fails with this probability, or more"),
      contention: probability
        .optional()
        .describe("or when the highest forecast use of a host exceeds its capacity by this share, or more"),
      affinity: z
        .number()
        .min(-1)
        .max(1)
        .optional()
        .describe("or when two VMs on one host have a lower affinity: -1 they stop each other, 0 neither harm nor use"),
    })
    .prefault({})
    .describe("Without any: whenever a plan has a move that pays"),
  executor: z
    .enum(["apply", "vcenter"])
    .default("apply")
    .describe(
      "Who runs the moves whose time comes after the update: `vsphere-affinity apply`, or the vCenter, which holds them as scheduled tasks",
    ),
  drs: z
    .enum(["warn", "hold"])
    .default("warn")
    .describe("Moves of VMs that a fully automated DRS moves as well: made with a warning, or held back"),
  priority: z.enum(["lowPriority", "defaultPriority", "highPriority"]).default("defaultPriority"),
  onFailure: z
    .enum(["stop", "revert"])
    .default("stop")
    .describe("When a move fails: start no further one, or also take back those of its wave"),
});
/** What a day may cost where nobody says: some moves to make things better, as many again to keep them from getting worse. */
const MOVES_PER_DAY = 40;

/** Moves in any 24 hours, and those beyond for VMs whose hosts need relief. A stated budget is all there is. */
export function movesOfDay({ movesPerDay, urgentMovesPerDay }: ScheduleRequest["budget"]) {
  return {
    movesPerDay: movesPerDay ?? MOVES_PER_DAY,
    urgentMovesPerDay: urgentMovesPerDay ?? (movesPerDay === undefined ? MOVES_PER_DAY : 0),
  };
}

export type ScheduleRequest = z.infer<typeof scheduleRequestSchema>;
