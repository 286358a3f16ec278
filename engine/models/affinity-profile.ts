import { z } from "zod";

/** How well one host serves one subject. */
export const affinityScoreSchema = z.strictObject({
  host: z.string().min(1).describe("Id of the host, as in the snapshot"),
  score: z.number().min(0).max(1).describe("Affinity score: 1 is best, 0.5 what nobody knows better"),
  evidence: z.number().nonnegative().describe("Observations behind it, older ones counted for less"),
});
export type AffinityScore = z.infer<typeof affinityScoreSchema>;

/**
 * Which hosts serve a subject well: a user or an application (seed 001), or a workload category (seed 002). The names
 * are the seeds'; each part that a model cannot tell is null, never a zero.
 */
export const affinityProfileSchema = z.strictObject({
  subject: z.string().min(1).describe('Such as "anna", "anna|backup" or "cpu-bound"'),
  kind: z.enum(["user", "application", "user and application", "workload category"]),
  workloadCategory: z.string().min(1).nullable().describe("The category of what it runs; null where nobody knows"),
  affinityScores: z.array(affinityScoreSchema).describe("Best first"),
  historicalData: z
    .strictObject({
      from: z.number().int().describe("Epoch seconds of the oldest observation"),
      to: z.number().int().describe("Epoch seconds of the newest"),
      observations: z.number().int().nonnegative(),
    })
    .nullable(),
});
export type AffinityProfile = z.infer<typeof affinityProfileSchema>;
