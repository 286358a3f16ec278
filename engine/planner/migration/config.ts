import { z } from "zod";

/** What the migration planner assumes of the vMotion network and of the VMs' memory; all of it can be measured. */
export const migrationConfigSchema = z.strictObject({
  networkGbps: z.number().positive().default(10).describe("Speed of each host's vMotion network, Gb/s"),
  storageMbPerSecond: z.number().positive().default(200).describe("What a Storage vMotion copies, MB/s"),
  downtimeGoalMs: z
    .number()
    .positive()
    .default(500)
    .describe("Pre-copy ends when the memory that is still dirty goes over within this time"),
  dirtyMbPerGhz: z
    .number()
    .nonnegative()
    .default(20)
    .describe("Memory that a VM writes to per second, MB for each GHz of CPU that it uses"),
  writableShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.25)
    .describe("Share of a VM's memory that it writes to again and again: its writable working set"),
  waitHours: z
    .number()
    .nonnegative()
    .default(6)
    .describe("How long a move that isn't urgent may wait for an hour in which its VM need not be slowed down"),
});
export type MigrationConfig = z.infer<typeof migrationConfigSchema>;
