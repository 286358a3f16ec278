import { z } from "zod";

/**
 * One request for computing resources, as seed 001 records them: who asked, for what, when, how much, and how well it
 * was served. Only who and when are needed to predict the next request; the rest makes preferences and volumes.
 */
export const requestRecordSchema = z
  .strictObject({
    start: z.number().nonnegative().describe("Epoch seconds at which it was made"),
    end: z.number().nonnegative().nullable().default(null).describe("Epoch seconds; null while it runs, or unknown"),
    user: z.string().min(1),
    application: z.string().min(1),
    host: z.string().min(1).nullable().default(null).describe("Id of the host that served it"),
    volumeMb: z.number().nonnegative().nullable().default(null).describe("Data read and written by it"),
    sizeKb: z.number().nonnegative().nullable().default(null).describe("Mean size of one access"),
    cpuMhz: z.number().nonnegative().optional().describe("CPU that it used at its height, MHz"),
    memoryMib: z.number().nonnegative().optional().describe("Memory that it used at its height, MiB"),
    readShare: z.number().min(0).max(1).nullable().default(null).describe("Share of its accesses that read"),
    expectedPerformance: z.number().positive().nullable().default(null).describe("Any unit in which more is better"),
    actualPerformance: z.number().nonnegative().nullable().default(null).describe("In the unit of the expected one"),
  })
  .refine((record) => record.end === null || record.end >= record.start, { error: "ends before it starts" });
export type RequestRecord = z.infer<typeof requestRecordSchema>;

/** What request a probability is about. */
export const requestKeySchema = z.enum(["user", "application", "user and application"]);
export type RequestKey = z.infer<typeof requestKeySchema>;

/** Joins the names of a key of two parts. */
export const KEY_SEPARATOR = "|";

/** The key that users read, such as "anna" or "anna|backup". */
export function keyOfRecord({ user, application }: { user: string; application: string }, key: RequestKey): string {
  if (key === "user") return user;
  return key === "application" ? application : user + KEY_SEPARATOR + application;
}
