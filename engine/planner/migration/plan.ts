import { z } from "zod";

const seconds = z.number().nonnegative();

export const migrationMoveSchema = z.strictObject({
  vm: z.string(),
  id: z.string(),
  from: z.string(),
  to: z.string(),
  fromHostId: z.string(),
  toHostId: z.string(),
  /** Ids; only where its disks move as well. */
  storage: z.strictObject({ from: z.array(z.string()), to: z.string() }).optional(),
  startsAfterSeconds: seconds.describe("From the plan's start"),
  durationSeconds: seconds.describe("Expected, with what else goes over the same network at the time"),
  downtimeMs: seconds.describe("Expected time without CPU at the switchover"),
  streams: z.number().int().positive(),
  stunned: z.boolean().describe("Whether it writes faster than the network carries and so must be slowed down"),
  temporary: z.boolean().optional().describe("A stop on the way, which makes room for another move"),
  gain: z.number().int(),
  reason: z.string(),
});
export type MigrationMove = z.infer<typeof migrationMoveSchema>;

/**
 * Moves in waves. All moves of a wave may be in flight at once and end in any order: every hard constraint and every limit
 * of vCenter holds with each of their VMs counted on both hosts. A wave begins when the one before has ended, however long
 * that took; the seconds are what is expected.
 */
export const migrationPlanSchema = z.strictObject({
  waves: z.array(
    z.strictObject({
      startsAfterSeconds: seconds,
      durationSeconds: seconds,
      /** It may only begin where all moves before it were done: it needs the room, or the rules, that they leave. */
      needsEarlier: z.boolean().optional(),
      moves: z.array(migrationMoveSchema).min(1),
    }),
  ),
  /** Targets to which no order of moves leads: a no-good for whoever chose them. */
  unreachable: z.array(z.strictObject({ vm: z.string(), to: z.string(), because: z.string() })),
  makespanSeconds: seconds,
});
export type MigrationPlan = z.infer<typeof migrationPlanSchema>;
