import { z } from "zod";
import { AffinityError } from "../../engine/errors";
import { validate } from "../../engine/validate";
import { readMaybePacked } from "../support/data";

/**
 * BtrPlace's own instances (https://github.com/btrplace/scheduler, module json): a model (which VM runs, sleeps or is ready
 * where; shareable resources), constraints, an objective. Constraints whose meaning isn't known are refused by name.
 */
const id = z.number().int();
const ids = z.array(id);
const continuous = z.boolean().default(false);
const amount = z.number().int().nonnegative();

/** Older files give lists where newer ones give one VM or node. */
const someVms = { vm: id.optional(), vms: ids.optional() };
const someNodes = { node: id.optional(), nodes: ids.optional() };

const constraintSchema = z.discriminatedUnion("id", [
  z.object({ id: z.enum(["spread", "gather", "lonely"]), vms: ids, continuous }),
  z.object({ id: z.enum(["ban", "fence"]), ...someVms, nodes: ids, continuous }),
  z.object({ id: z.literal("among"), vms: ids, parts: z.array(ids), continuous }),
  z.object({ id: z.literal("split"), parts: z.array(ids), continuous }),
  z.object({ id: z.literal("splitAmong"), vParts: z.array(ids), pParts: z.array(ids), continuous }),
  z.object({ id: z.enum(["running", "ready", "sleeping", "killed", "root", "noDelay"]), ...someVms, continuous }),
  z.object({ id: z.enum(["online", "offline", "quarantine"]), ...someNodes, continuous }),
  z.object({ id: z.literal("preserve"), ...someVms, rc: z.string(), amount }),
  z.object({ id: z.literal("overbook"), ...someNodes, rc: z.string(), ratio: z.number().positive(), continuous }),
  z.object({ id: z.literal("resourceCapacity"), nodes: ids, rc: z.string(), amount, continuous }),
  z.object({ id: z.literal("runningCapacity"), nodes: ids, amount, continuous }),
  z.object({ id: z.literal("seq"), vms: ids }),
  z.object({ id: z.literal("maxOnline"), nodes: ids, amount, continuous }),
]);
export type BtrplaceConstraint = z.infer<typeof constraintSchema>;

const KNOWN = new Set<string>(
  constraintSchema.options.flatMap(({ shape }) =>
    shape.id instanceof z.ZodEnum ? shape.id.options : [shape.id.value],
  ),
);

const attributes = z.record(z.string(), z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])));
const viewSchema = z.object({
  id: z.string(),
  rcId: z.string().optional(),
  defConsumption: amount.default(0),
  defCapacity: amount.default(0),
  vms: z.record(z.string(), amount).default({}),
  nodes: z.record(z.string(), amount).default({}),
});

const instanceSchema = z.object({
  model: z.object({
    mapping: z.object({
      readyVMs: ids,
      onlineNodes: z.record(z.string(), z.object({ runningVMs: ids, sleepingVMs: ids })),
      offlineNodes: ids,
    }),
    attributes: z
      .object({ vms: attributes.default({}), nodes: attributes.default({}) })
      .default({ vms: {}, nodes: {} }),
    views: z.array(viewSchema),
  }),
  constraints: z.array(constraintSchema),
});
export type BtrplaceInstance = z.infer<typeof instanceSchema>;

/**
 * An instance from a plain, gzip or xz file.
 * @throws AffinityError BTRPLACE_INVALID; BTRPLACE_UNSUPPORTED naming every kind of constraint that isn't known.
 */
export async function readBtrplace(path: string): Promise<BtrplaceInstance> {
  const json: unknown = JSON.parse((await readMaybePacked(path)).toString("utf8"));
  refuseUnknown(json, path);
  return validate(instanceSchema, json, { code: "BTRPLACE_INVALID", subject: path });
}

function refuseUnknown(json: unknown, path: string): void {
  const { constraints } = z.object({ constraints: z.array(z.object({ id: z.string() })) }).parse(json);
  const unknown = new Set(constraints.map((constraint) => constraint.id).filter((kind) => !KNOWN.has(kind)));
  if (unknown.size === 0) return;
  throw new AffinityError({
    code: "BTRPLACE_UNSUPPORTED",
    message: `${path} has constraints of kinds that aren't supported: ${[...unknown].sort().join(", ")}`,
    hint: `supported are ${[...KNOWN].sort().join(", ")}`,
  });
}

/** The VMs of a constraint that gives one or many. */
export const vmsOf = (constraint: { vm?: number; vms?: number[] }): number[] =>
  constraint.vms ?? (constraint.vm === undefined ? [] : [constraint.vm]);

export const nodesOf = (constraint: { node?: number; nodes?: number[] }): number[] =>
  constraint.nodes ?? (constraint.node === undefined ? [] : [constraint.node]);
