import { z } from "zod";

/**
 * What a request may state beyond its VMs and their groups: rules between VMs and hosts, licences, compliance zones,
 * dependencies, and what is known of pairs of VMs. Each list belongs to one constraint or objective, which names its
 * schema.
 */
const name = z.string().min(1);
export const tagSchema = z.strictObject({ category: name, name });

/** Whether a rule binds, and what it weighs where it doesn't. */
export const strength = {
  mandatory: z.boolean().default(true).describe("Never broken; otherwise preferred, and weighed"),
  weight: z
    .number()
    .nonnegative()
    .max(1000)
    .default(1)
    .describe("Where it isn't mandatory: how much a VM on its wrong side counts, against one of an ordinary rule"),
};

/** VMs by name, by tag of the inventory or the request, or both: any of them. */
const virtualMachines = {
  virtualMachines: z.array(name).default([]).describe("Names of the VMs"),
  vmTag: tagSchema.optional().describe("VMs that carry this tag, in the inventory or in the request"),
};

/** Hosts by name or id, by tag, or both: any of them. */
const hosts = {
  hosts: z.array(name).default([]).describe("Names or ids of the hosts"),
  hostTag: tagSchema.optional().describe("Hosts that carry this tag"),
};

const someVms = (rule: { virtualMachines: string[]; vmTag?: unknown }): boolean =>
  rule.virtualMachines.length > 0 || rule.vmTag !== undefined;
const someHosts = (rule: { hosts: string[]; hostTag?: unknown }): boolean =>
  rule.hosts.length > 0 || rule.hostTag !== undefined;
const NO_VMS = { error: "names no VMs: give virtualMachines, vmTag or both", path: ["virtualMachines"] };
const NO_HOSTS = { error: "names no hosts: give hosts, hostTag or both", path: ["hosts"] };

export const hostRuleSchema = z
  .strictObject({
    name,
    kind: z.enum(["on", "off"]).describe("VMs run on these hosts, or keep off them"),
    ...virtualMachines,
    ...hosts,
    ...strength,
  })
  .refine(someVms, NO_VMS)
  .refine(someHosts, NO_HOSTS);
export type HostRule = z.infer<typeof hostRuleSchema>;

export const licenceSchema = z
  .strictObject({
    name: name.describe("Such as oracle-ee"),
    ...virtualMachines,
    ...hosts,
    maxHosts: z
      .number()
      .int()
      .positive()
      .optional()
      .describe("Most hosts that its VMs may use at the same time: what was bought"),
    ...strength,
  })
  .refine(someVms, NO_VMS)
  .refine((licence) => someHosts(licence) || licence.maxHosts !== undefined, {
    error: "says neither which hosts are licensed (hosts, hostTag) nor how many (maxHosts)",
    path: ["hosts"],
  });
export type Licence = z.infer<typeof licenceSchema>;

export const complianceSchema = z.strictObject({
  tagCategory: name.describe("Category whose tags VMs and hosts share, such as compliance"),
  exclusive: z.boolean().default(false).describe("Whether VMs without a tag of the category keep off the tagged hosts"),
  ...strength,
});
export type Compliance = z.infer<typeof complianceSchema>;

export const dependencySchema = z.strictObject({
  name,
  virtualMachines: z.array(name).min(1).describe("VMs that need another near"),
  on: z.array(name).min(1).describe("VMs of which one is in the same fault domain"),
  over: z.union([z.literal("host"), z.strictObject({ tagCategory: name })]).default("host"),
  ...strength,
});
export type Dependency = z.infer<typeof dependencySchema>;

export const rulesSchema = z.strictObject({
  hosts: z.array(hostRuleSchema).default([]).describe("VMs that run on certain hosts, or keep off them"),
  licences: z.array(licenceSchema).default([]).describe("VMs that run on licensed hosts only, and on how many"),
  compliance: z.array(complianceSchema).default([]).describe("Zones of hosts and VMs with the same tags"),
  dependencies: z.array(dependencySchema).default([]).describe("VMs that need one of others near"),
});
export type Rules = z.infer<typeof rulesSchema>;

/** What somebody knows of two VMs on one host; a model's word comes from the assessment. */
export const declaredAffinitySchema = z.strictObject({
  virtualMachines: z.tuple([name, name]),
  score: z
    .number()
    .min(-1)
    .max(1)
    .describe("Share of its throughput that each gains (above 0) or loses (below 0) beside the other on one host"),
});
export type DeclaredAffinity = z.infer<typeof declaredAffinitySchema>;

export const declaredTrafficSchema = z.strictObject({
  between: z.tuple([name, name]).describe("Two VMs or groups of the request; a group's traffic is spread over its VMs"),
  kilobytesPerSecond: z.number().positive().describe("Both directions together, over the horizon"),
});
export type DeclaredTraffic = z.infer<typeof declaredTrafficSchema>;

export const relationsSchema = z.strictObject({
  affinities: z.array(declaredAffinitySchema).default([]).describe("VMs that disturb or help each other"),
  traffic: z.array(declaredTrafficSchema).default([]).describe("VMs, or groups of them, that talk"),
});
export type Relations = z.infer<typeof relationsSchema>;
