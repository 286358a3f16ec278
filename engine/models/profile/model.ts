import { z } from "zod";
import { calibrationSchema } from "../learning/calibration";
import { type BoostedTrees, boostedTreesSchema } from "../learning/trees";
import { modelHeaderSchema } from "../model-file";
import { FEATURES } from "./features";
import { requestKeySchema } from "./record";

export const REQUEST_MODEL = "profile/requests";
/** Of the file's form and of the features' meaning: another one is trained anew. */
export const REQUEST_MODEL_VERSION = 2;

/** A trained model of requests, as a file. */
export const requestModelSchema = z
  .strictObject({
    header: modelHeaderSchema,
    key: requestKeySchema,
    method: z.enum(["boosted trees", "idle-time histogram"]).describe("What answers"),
    reason: z.string().min(1).describe("Why it is that one, for people to read"),
    trees: boostedTreesSchema.nullable().describe("Added to half of the sparse regression's log odds"),
    calibration: calibrationSchema.nullable(),
  })
  .superRefine(({ header, method, trees }, context) => {
    const problem = (message: string) => context.addIssue({ code: "custom", message });
    if (header.model !== REQUEST_MODEL) problem(`a file of ${header.model}, not of ${REQUEST_MODEL}`);
    if (header.version !== REQUEST_MODEL_VERSION) problem(`version ${header.version}: train it anew`);
    if (method === "boosted trees" && !trees) problem("boosted trees without trees");
    if (trees && trees.features.join() !== FEATURES.join()) problem("learned from other features: train it anew");
  });
export type RequestModel = Omit<z.infer<typeof requestModelSchema>, "trees"> & { readonly trees: BoostedTrees | null };
