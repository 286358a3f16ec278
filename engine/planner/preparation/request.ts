import { z } from "zod";
import { PREPARATION_THRESHOLD, WINDOW_MINUTES } from "../../models/profile";

const name = z.string().min(1);
/** The name of an inventory object: vCenter would escape these characters. */
const plainName = name.max(80).regex(/^[^/\\%]*$/, "must not hold /, \\ or %");
const amount = z.number().finite().nonnegative();

/** The shadow request: a VM of a template, or a small one without a disk, made on a prepared host to see that it can. */
export const probeSchema = z.strictObject({
  template: name.optional().describe("Name or id of a VM or template to clone; absent: a small VM without a disk"),
  vcpus: z.number().int().min(1).max(128).default(1).describe("Of the small VM"),
  memoryMib: z.number().int().min(4).default(256).describe("Of the small VM"),
  timeoutSeconds: z.number().positive().max(3600).default(300),
});
export type Probe = z.infer<typeof probeSchema>;

/** Hosts that are made ready before a request comes: for whom, when, where at most, and how much. */
export const preparationRequestSchema = z
  .strictObject({
    cluster: name.describe("Name or id"),
    application: name.optional().describe("As the history of requests names it"),
    user: name
      .optional()
      .describe("As the history of requests names it; with an application, that user's requests for it"),
    preparationThreshold: z
      .number()
      .gt(0)
      .lt(1)
      .default(PREPARATION_THRESHOLD)
      .describe("Hosts are prepared while a request within the window is more likely than this"),
    windowMinutes: z
      .number()
      .multipleOf(WINDOW_MINUTES)
      .min(WINDOW_MINUTES)
      .max(240)
      .default(WINDOW_MINUTES)
      .describe("A multiple of 5: how far ahead a request is expected, and how long what was prepared waits for it"),
    hosts: z.number().int().min(1).max(32).default(1).describe("Hosts to prepare, the preferred ones first"),
    reserve: z
      .strictObject({
        cpuMhz: amount.optional(),
        memoryMib: amount.optional(),
        datastoreGib: amount.optional(),
      })
      .prefault({})
      .describe("For each prepared host; what is absent is what the requests of the history used"),
    leastShare: z
      .number()
      .gt(0)
      .max(1)
      .default(0.5)
      .describe("Where no host has room for all of it: the least share of it that is worth reserving"),
    datastore: name.optional().describe("Where the placeholder disk lies; absent: where each host has most room"),
    placeholder: z
      .enum(["thick", "eagerZeroedThick"])
      .default("thick")
      .describe("How the placeholder disk is provisioned; one that is zeroed takes its time"),
    probe: z
      .union([z.literal(false), probeSchema])
      .prefault({})
      .describe("The shadow request; false: none"),
    poolName: plainName.optional().describe("Name of the resource pool; absent: from project, stack and resource"),
  })
  .refine(({ application, user }) => application !== undefined || user !== undefined, {
    error: "give an application, a user, or both",
    path: ["application"],
  });
export type PreparationRequest = z.infer<typeof preparationRequestSchema>;
