import { z } from "zod";
import { modelHeaderSchema } from "../model-file";

const id = z.string().min(1);
const amount = z.number().finite().nonnegative();
const share = z.number().min(0).max(1);

/** What a VM holds, as configured; null where nobody knows. */
export const allocationSchema = z.strictObject({
  cpuMhz: amount.nullable(),
  memoryMb: amount.nullable(),
  storageMb: amount.nullable(),
});
export type Allocation = z.infer<typeof allocationSchema>;

export const communicationNodeSchema = z.strictObject({
  id: id.describe("The VM's id, as in the snapshot"),
  tier: z.string().nullable().describe('Application tier, such as "database"; null if nobody said'),
  criticality: share.nullable().describe("0 to 1; null if nobody said"),
  allocation: allocationSchema,
});
export type CommunicationNode = z.infer<typeof communicationNodeSchema>;

export const communicationEdgeSchema = z.strictObject({
  from: id.describe("The VM that asks: it depends on the other"),
  to: id.describe("The VM that serves"),
  weight: amount.describe("Traffic that `from` opened to `to`, KB/s, decayed; 0 where only declared"),
  declared: z.boolean().describe("Declared as a dependency, whatever its traffic"),
});
export type CommunicationEdge = z.infer<typeof communicationEdgeSchema>;

/** Who talks to whom (seed 003): directed, weighted, decaying, with what a failure's spread depends on at the nodes. */
export const communicationGraphSchema = z
  .strictObject({
    updatedAt: z.number().int().describe("Epoch seconds of the newest update"),
    halfLifeSeconds: z.number().positive().describe("Traffic that stops counts half after this time"),
    nodes: z.array(communicationNodeSchema),
    edges: z.array(communicationEdgeSchema),
  })
  .superRefine((graph, context) => {
    const known = new Set<string>();
    graph.nodes.forEach((node, i) => {
      if (known.has(node.id)) problem(["nodes", i, "id"], `the id "${node.id}" is given twice`);
      known.add(node.id);
    });
    const pairs = new Set<string>();
    graph.edges.forEach((edge, i) => {
      for (const end of ["from", "to"] as const)
        if (!known.has(edge[end])) problem(["edges", i, end], `no node has the id "${edge[end]}"`);
      if (edge.from === edge.to) problem(["edges", i], `"${edge.from}" can't depend on itself`);
      const key = JSON.stringify([edge.from, edge.to]);
      if (pairs.has(key)) problem(["edges", i], `the edge from "${edge.from}" to "${edge.to}" is given twice`);
      pairs.add(key);
    });
    function problem(path: (string | number)[], message: string) {
      context.addIssue({ code: "custom", path, message });
    }
  });
export type CommunicationGraph = z.infer<typeof communicationGraphSchema>;

/** One observed conversation: what `from` opened to `to`, both ways of it, within `seconds`. */
export const flowSchema = z.strictObject({
  from: id,
  to: id,
  kilobytes: amount,
  seconds: z.number().positive(),
});
export type Flow = z.infer<typeof flowSchema>;

/** How a failure spreads along an edge of the graph: see rules/. */
export const propagationRulesSchema = z.strictObject({
  declared: share
    .default(0.8)
    .describe("That a VM fails within the horizon once one that it was declared to depend on has failed"),
  observed: share.default(0.5).describe("The same, where all of its traffic goes to the one that failed"),
  tiers: z
    .record(z.string(), z.number().positive())
    .default({ database: 1.25, storage: 1.25, identity: 1.25, cache: 0.7, web: 0.6, batch: 0.4 })
    .describe("Factor on the odds, by the tier of the VM that failed"),
  criticality: z
    .number()
    .min(1)
    .default(1.5)
    .describe("Factor on the odds for a VM of criticality 1 that failed; 1 / factor for criticality 0"),
  relief: share
    .default(0.5)
    .describe("Share of the probability that is taken away where the failed VM fits whole on healthy hosts"),
});
export type PropagationRules = z.infer<typeof propagationRulesSchema>;

/** File of the model: the graph as it stands and the rules in force. */
export const propagationFileSchema = z.strictObject({
  ...modelHeaderSchema.shape,
  model: z.literal("propagation"),
  version: z.literal(1),
  graph: communicationGraphSchema,
  rules: propagationRulesSchema,
});
export type PropagationFile = z.infer<typeof propagationFileSchema>;
