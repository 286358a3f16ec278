import { z } from "zod";
import { read, type Resource } from "./read";
import type { Known } from "./unknown";

/** Type token of `MigrationSchedule`. */
export const MIGRATION_SCHEDULE = "pulumi-nodejs:dynamic/vsphere-affinity:MigrationSchedule";

// The defaults are those of the resource, which fills them in where they are used, not in its inputs.
const budgetSchema = z
  .object({
    movesPerRun: z.number().default(10),
    movesPerDay: z.number().default(40),
    concurrency: z.number().default(4),
  })
  .prefault({});

const moveSchema = z.object({
  vm: z.string(),
  from: z.string(),
  to: z.string(),
  fromHostId: z.string(),
  toHostId: z.string(),
  storage: z.object({ from: z.array(z.string()), to: z.string() }).optional(),
});

const waveSchema = z.object({
  /** Epoch seconds. */
  startsAt: z.number(),
  /** Epoch seconds; null where no window closes. */
  endsBefore: z.number().nullable().optional(),
  durationSeconds: z.number(),
  moves: z.array(moveSchema),
});

const windowSchema = z.object({ recurrence: z.string(), durationMinutes: z.number(), timeZone: z.string().optional() });

export type MoveWave = z.infer<typeof waveSchema>;
export type ScheduledMove = z.infer<typeof moveSchema>;

/** What policies read of a `MigrationSchedule`: the program's limits, and the waves that the provider put beside them. */
export interface MigrationSchedule {
  readonly budget: Known<z.infer<typeof budgetSchema>>;
  readonly windows: Known<z.infer<typeof windowSchema>[]>;
  readonly waves: Known<MoveWave[]>;
  readonly settings: Known<Readonly<Record<string, unknown>>>;
}

/** @throws AffinityError RESOURCE_UNREADABLE */
export function readSchedule(resource: Resource): MigrationSchedule {
  return {
    budget: read(resource, "budget", budgetSchema),
    windows: read(resource, "windows", z.array(windowSchema).default([])),
    waves: read(resource, "waves", z.array(waveSchema).default([])),
    settings: read(resource, "settings", z.record(z.string(), z.unknown()).default({})),
  };
}
