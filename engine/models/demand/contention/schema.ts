import { z } from "zod";

const probability = z.number().min(0).max(1);
const slots = z.array(probability);
const perResource = z.strictObject({
  cpu: slots.nullable().describe("By slot; null where the capacity isn't known"),
  memory: slots.nullable(),
});

/** Predicted contention of hosts and zones over the horizon. */
export const contentionPredictionSchema = z.strictObject({
  horizon: z.strictObject({
    start: z.number().int(),
    step: z.number().positive(),
    length: z.number().int().positive(),
  }),
  threshold: z.strictObject({ cpu: z.number().positive(), memory: z.number().positive() }),
  commonFactor: probability.describe("Correlation of the VMs' deviations from their forecasts"),
  hosts: z.array(
    z.strictObject({
      host: z.string().min(1),
      zone: z.string().nullable(),
      contention: perResource.describe("Probability that demand passes the threshold's share of the capacity"),
      worst: probability.describe("The greatest of any slot and resource"),
      worstSlot: z.number().int().nonnegative(),
      unknownVirtualMachines: z.number().int().nonnegative().describe("On it, with a need that nobody knows: left out"),
    }),
  ),
  zones: z.array(
    z.strictObject({
      zone: z.string(),
      inside: perResource.describe("Probability that at least one host is contended: moves within the zone may help"),
      across: perResource.describe("Probability that the zone as a whole is: only moves to other zones help"),
    }),
  ),
});
export type ContentionPrediction = z.infer<typeof contentionPredictionSchema>;
