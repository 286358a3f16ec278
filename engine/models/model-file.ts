import { z } from "zod";

/**
 * The head of every trained model's file: who made it, on what, and how good it was on the newest part of the history,
 * which it had not seen. A model whose skill isn't above its baseline's is not used: the baseline is.
 */
export const modelHeaderSchema = z.strictObject({
  model: z.string().min(1).describe("Name of the model, such as failure/correlation"),
  version: z.number().int().positive().describe("Of the file's form; another version is trained anew"),
  trainedUntil: z.number().int().describe("Epoch seconds of the newest fact that it learned from"),
  samples: z.number().int().nonnegative().describe("Rows that it learned from"),
  skill: z
    .strictObject({
      measure: z.string().describe('Such as "Brier skill score" or "MASE"'),
      value: z.number(),
      baseline: z.strictObject({ name: z.string(), value: z.number() }),
    })
    .nullable()
    .describe("Measured on held-out history; null where there was too little to hold out"),
});
export type ModelHeader = z.infer<typeof modelHeaderSchema>;
