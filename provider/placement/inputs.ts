import { z } from "zod";
import { canonicalJson } from "../../engine/digest";
import { type PlanRequest, planRequestSchema } from "../../engine/planner/request";
import { validate } from "../../engine/validate";
import { askedIn } from "../asked";

/** The string that Pulumi's wire format has for a value that is not known yet (`runtime.unknownValue`). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What a program says; `owner` is set by the resource's constructor: project, stack and name. */
export const placementInputsSchema = z.strictObject({
  owner: z.string().min(1),
  cluster: planRequestSchema.shape.cluster,
  virtualMachines: planRequestSchema.shape.virtualMachines,
  groups: planRequestSchema.shape.groups,
  rules: planRequestSchema.shape.rules,
  relations: planRequestSchema.shape.relations,
  include: planRequestSchema.shape.include,
  settings: z.record(z.string(), z.unknown()).default({}).describe("Plan settings over those of the stack"),
});
export type PlacementInputs = z.infer<typeof placementInputsSchema>;

type Loose = Readonly<Record<string, unknown>>;
const USER_KEYS = Object.keys(placementInputsSchema.shape);

/** What the program said, out of inputs that hold a plan as well. */
export function userInputs(inputs: Loose): Record<string, unknown> {
  return Object.fromEntries(USER_KEYS.filter((key) => inputs[key] !== undefined).map((key) => [key, inputs[key]]));
}

export function sameUserInputs(a: Loose, b: Loose): boolean {
  return canonicalJson(userInputs(a)) === canonicalJson(userInputs(b));
}

function holdsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(holdsUnknown);
  return value !== null && typeof value === "object" && Object.values(value).some(holdsUnknown);
}

export interface KnownInputs {
  /** The inputs without what is not known yet; null where too little is known to plan at all. */
  readonly inputs: Record<string, unknown> | null;
  /** What was left out, as paths. */
  readonly unknown: readonly string[];
}

/** In a preview an input may depend on a resource that is not made yet: what is known is planned, the rest named. */
export function knownInputs(inputs: Loose): KnownInputs {
  const known = userInputs(inputs);
  const unknown: string[] = [];
  const absent = new Set<unknown>();
  for (const key of ["virtualMachines", "groups"]) {
    const list = known[key];
    if (!Array.isArray(list)) continue;
    known[key] = list.filter((item: unknown, index) => {
      if (!holdsUnknown(item)) return true;
      unknown.push(`${key}[${index}]`);
      if (key === "virtualMachines") absent.add((item as { name?: unknown } | null)?.name);
      return false;
    });
  }
  const beyond = Object.keys(known).filter((key) => holdsUnknown(known[key]));
  if (beyond.length > 0) return { inputs: null, unknown: beyond };
  if (absent.size > 0 && Array.isArray(known.groups)) known.groups = groupsWithout(known.groups as Loose[], absent);
  if (absent.size > 0) {
    for (const key of ["rules", "relations"]) if (isPlain(known[key])) known[key] = listsWithout(known[key], absent);
  }
  return { inputs: known, unknown };
}

/** The groups without the VMs that are left out; a group of fewer than two says nothing. */
function groupsWithout(groups: readonly Loose[], absent: ReadonlySet<unknown>): Loose[] {
  return groups
    .map((group) => {
      if (!Array.isArray(group.members)) return group;
      const members = group.members.filter((name) => !absent.has(name));
      const { minDomains } = group;
      // What is left can't be spread wider than it has members.
      return typeof minDomains === "number"
        ? { ...group, members, minDomains: Math.min(minDomains, Math.max(2, members.length)) }
        : { ...group, members };
    })
    .filter((group) => !Array.isArray(group.members) || group.members.length > 1);
}

/** Lists of VMs in a rule or relation, by the key that holds them. */
const VM_LISTS = ["virtualMachines", "on", "between"];

/** A rule or relation without the VMs that aren't known yet; null where nothing of it is left. */
function ruleWithout(rule: Loose, absent: ReadonlySet<unknown>): Loose | null {
  const lists = VM_LISTS.flatMap((key) => {
    const list = rule[key];
    return Array.isArray(list) && list.some((name) => absent.has(name)) ? [[key, list] as const] : [];
  });
  if (lists.length === 0) return rule;
  const left = lists.map(([key, list]) => [key, list.filter((name) => !absent.has(name))] as const);
  const isPair = rule.between !== undefined || rule.score !== undefined;
  const emptied = left.some(([, list]) => list.length === 0) && rule.vmTag === undefined;
  return isPair || emptied ? null : { ...rule, ...Object.fromEntries(left) };
}

function listsWithout(lists: Loose, absent: ReadonlySet<unknown>): Loose {
  const entries = Object.entries(lists).map(([key, list]): [string, unknown] => {
    if (!Array.isArray(list)) return [key, list];
    return [key, list.flatMap((rule: unknown) => (isPlain(rule) ? (ruleWithout(rule, absent) ?? []) : [rule]))];
  });
  return Object.fromEntries(entries);
}

const isPlain = (value: unknown): value is Loose =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** What is asked for, out of inputs that hold a plan as well. @throws AffinityError PLACEMENT_INVALID */
export const parseInputs = (inputs: Loose): PlacementInputs => parsed(userInputs(inputs));

/**
 * @param known of `news`, what is known
 * @throws AffinityError PLACEMENT_INVALID with every problem at once, keys that nobody knows among them.
 */
export const parseNews = (news: Loose, known: Loose): PlacementInputs => {
  const strange = Object.entries(askedIn(news, DECIDED)).filter(([key]) => !USER_KEYS.includes(key));
  return parsed({ ...Object.fromEntries(strange), ...known });
};

const DECIDED = ["placements", "moves", "plan", "drift"];
const parsed = (asked: Loose): PlacementInputs =>
  validate(placementInputsSchema, asked, { code: "PLACEMENT_INVALID", subject: "the placement" });

/** The request that the inputs and the stack's plan settings make. */
export function requestOf(
  inputs: Omit<PlacementInputs, "rules" | "relations"> & Partial<PlacementInputs>,
  stackSettings: Readonly<Record<string, unknown>>,
  instant: Pick<PlanRequest, "asOf" | "keep" | "reservations">,
): PlanRequest {
  const { cluster, virtualMachines, groups, rules, relations, include } = inputs;
  const settings = merged(stackSettings, inputs.settings);
  return validate(
    planRequestSchema,
    { cluster, virtualMachines, groups, rules, relations, include, config: settings, ...instant },
    { code: "PLACEMENT_INVALID", subject: "the placement" },
  );
}

/** Settings over settings; in those that have parts, such as the weights, each part stands for itself. */
export function merged(under: Loose, over: Loose): Loose {
  const entries = Object.entries(over).map(([key, value]) => {
    const below = under[key];
    return [key, isPlain(below) && isPlain(value) ? merged(below, value) : value];
  });
  return { ...under, ...(Object.fromEntries(entries) as Loose) };
}
