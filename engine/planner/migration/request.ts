import { z } from "zod";

const name = z.string().min(1);

/**
 * One VM that is to be elsewhere (the seeds' structure of this name: source instance, destination zone, type).
 *
 * `preemptive`: the planner moves it before contention or a failure; it may wait for a quiet hour. `clientInitiated`: a
 * request asked for it by name; it doesn't wait.
 */
export const migrationRequestSchema = z.strictObject({
  sourceInstance: name.describe("Managed object id of the VM"),
  destinationHost: name.describe("Host id"),
  destinationZone: name.nullable().default(null).describe("The destination's tag of the category zone, if it has one"),
  destinationDatastore: name.optional().describe("Datastore id; given, its disks move there as well"),
  migrationType: z.enum(["preemptive", "clientInitiated"]),
  gain: z.number().int().default(0).describe("Cost that the move saves, in the plan's unit"),
  reason: z.string().default(""),
});
export type MigrationRequest = z.infer<typeof migrationRequestSchema>;
