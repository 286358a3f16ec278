import { z } from "zod";
import { modelHeaderSchema } from "../model-file";
import { WORKLOAD_CLASSES } from "./classes";
import { PROFILE_FEATURES } from "./usage-profile";

export const WORKLOAD_MODEL = "workload/classes";
export const WORKLOAD_MODEL_VERSION = 1;

const row = z.array(z.number()).length(PROFILE_FEATURES.length);

/** The file of fitted workload classes: what standardises a profile, and the named centroids. */
export const workloadModelFileSchema = modelHeaderSchema.extend({
  model: z.literal(WORKLOAD_MODEL),
  version: z.literal(WORKLOAD_MODEL_VERSION),
  center: row.describe("Median of the VMs that aren't idle, by feature"),
  scale: z.array(z.number().positive()).length(PROFILE_FEATURES.length),
  clusters: z
    .array(
      z.strictObject({
        class: z.enum(WORKLOAD_CLASSES),
        centroid: row.describe("Standardised"),
        members: z.number().int().nonnegative(),
      }),
    )
    .min(1),
});
export type WorkloadModelFile = z.infer<typeof workloadModelFileSchema>;
