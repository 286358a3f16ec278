import { z } from "zod";
import { boostedTreesSchema } from "../../learning/trees";
import { modelHeaderSchema } from "../../model-file";
import { QUANTILE_LEVELS } from "./levels";

export const DEMAND_MODEL = "demand/quantile";
export const DEMAND_MODEL_VERSION = 1;

const loss = z.number().nonnegative();

/** What the forecaster and its baseline lost on one series' held-out history: the lesser serves it. */
export const servedSchema = z.strictObject({
  model: loss.describe("Mean pinball loss over all levels, in units of the series' scale"),
  baseline: loss,
});

/** The file of a trained demand forecaster. */
export const demandModelFileSchema = modelHeaderSchema
  .extend({
    model: z.literal(DEMAND_MODEL),
    version: z.literal(DEMAND_MODEL_VERSION),
    stepSeconds: z.number().int().positive(),
    horizon: z.number().int().positive().describe("Slots forecast"),
    features: z.array(z.string()).min(1),
    forests: z
      .array(z.strictObject({ level: z.number().gt(0).lt(1), trees: boostedTreesSchema }))
      .min(1)
      .describe("One per learned quantile, ascending; the others lie between them on straight lines"),
    spread: z
      .array(z.number().positive())
      .length(QUANTILE_LEVELS.length)
      .describe("By level: what its distance from the median is multiplied by, so that held-out shares come out"),
    coverage80: z.number().min(0).max(1).nullable().describe("Held-out share within the 10 and 90 % quantiles"),
    series: z.record(z.string(), servedSchema).describe("By id of the series"),
  })
  .superRefine((file, context) => {
    const problem = (path: PropertyKey[], message: string) => context.addIssue({ code: "custom", path, message });
    file.forests.forEach(({ level, trees }, i) => {
      if (i > 0 && level <= file.forests[i - 1].level) problem(["forests", i, "level"], "not above the one before it");
      if (trees.features.join("\n") !== file.features.join("\n"))
        problem(["forests", i, "trees", "features"], "other columns than the file's features");
    });
  });
export type DemandModelFile = z.infer<typeof demandModelFileSchema>;
