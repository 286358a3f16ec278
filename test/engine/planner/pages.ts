import { z } from "zod";
import { CONSTRAINTS, type Constraint } from "../../../engine/planner/constraints";
import { OBJECTIVES, type Objective } from "../../../engine/planner/objectives";
import { placementGroupSchema, weightsSchema } from "../../../engine/planner/request";
import { licenceSchema } from "../../../engine/planner/rules";

/** What docs/constraints.md and docs/objectives.md say, made of the modules themselves. */
export function constraintsPage(): string {
  return page([
    "# Constraints",
    "",
    "What a plan never breaks, unless the cluster breaks it already and no allowed move mends it (`plan.unresolved`). What a",
    "request itself states holds in every plan, or the request is refused with the constraints that conflict. A DRS rule",
    "that isn't mandatory, and whatever is stated with `mandatory: false`, is preferred: the objective",
    "[preference](objectives.md#preference) weighs it, times its `weight`.",
    "",
    "A refusal names a set of constraints that together leave no host: without any one of them the search finds a way. Where",
    'it says "and no fewer do", that no smaller set conflicts is proven as well, by hitting sets. Both rest on the search that',
    "places VMs, which in a packed cluster can miss a placement that exists. So the refusal says in the end whether it is proven,",
    "and by what: VMs that need more than the hosts they may be on have left, more VMs apart than there are hosts for them, large",
    "VMs of which a host takes only so many, more that must leave their host than moves may be made, or, among few VMs and hosts,",
    "every placement tried. Otherwise no way was found, and more room or time may find one.",
    "",
    "Each is one module of [engine/planner/constraints](../engine/planner/constraints), and this page is written from them.",
    "",
    ...CONSTRAINTS.flatMap(constraintSection),
    ...(Object.keys(SHARED) as Shared[]).flatMap((key) => [
      `## ${SHARED[key].title}`,
      "",
      ...settings(SHARED[key].schema),
      "",
    ]),
  ]);
}

export function objectivesPage(): string {
  return page([
    "# Objectives",
    "",
    "What a plan lowers, within its [constraints](constraints.md): the sum of these costs, each times its weight in",
    "`config.weights`. A weight of 0 leaves an objective out, and so does the lack of what it judges by: nothing is made up.",
    "Costs are whole numbers, a million for 1. Why the weights are what they are:",
    "[weights.ts](../engine/planner/weights.ts).",
    "",
    "| objective | weight by default | what it is |",
    "|---|---|---|",
    ...OBJECTIVES.map(
      ({ name, title }) => `| [\`${name}\`](#${name.toLowerCase()}) | ${weightsSchema.parse({})[name]} | ${title} |`,
    ),
    "",
    ...OBJECTIVES.flatMap(objectiveSection),
  ]);
}

const page = (lines: readonly string[]): string => lines.join("\n").trimEnd().concat("\n");
/** Lines of at most 120 characters. */
const wrapped = (text: string): string[] => text.match(/.{1,120}(?= |$)/g)!.map((line) => line.trim());
const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

function constraintSection({ name, title, description, reads, schema }: Constraint): string[] {
  return [
    `## ${name}`,
    "",
    ...wrapped(`${title}. ${description}`),
    "",
    ...(reads.request.length > 0 ? [`- In the request: ${list(reads.request)}`] : []),
    ...(reads.inventory.length > 0 ? [`- In the inventory: ${reads.inventory.join("; ")}`] : []),
    "",
    ...(schema ? [...stated(schema), ""] : []),
  ];
}

/** Schemas of several constraints: told once, at the end. */
const SHARED = {
  group: { title: "Keys of a group", schema: placementGroupSchema },
  licence: { title: "Keys of a licence", schema: licenceSchema },
} as const;
type Shared = keyof typeof SHARED;

function stated(schema: z.ZodType): string[] {
  const shared = Object.values(SHARED).find((each) => each.schema === schema);
  if (!shared) return settings(schema);
  return [`See [${shared.title.toLowerCase()}](#${shared.title.toLowerCase().replaceAll(" ", "-")}).`];
}

function objectiveSection({ name, title, description, reads }: Objective): string[] {
  return [
    `## ${name}`,
    "",
    ...wrapped(`${title}. ${description}`),
    "",
    ...reads.map((source) => `- From ${source}`),
    "",
  ];
}

interface Property {
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly anyOf?: readonly Property[];
  readonly const?: unknown;
}

/** A line for each key of a schema. */
function settings(schema: z.ZodType): string[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" }) as {
    properties?: Record<string, Property>;
    required?: string[];
  };
  return Object.entries(properties).map(([key, property]) => {
    const values = property.enum?.map((value) => JSON.stringify(value)).join(" or ");
    const state = required.includes(key)
      ? "required"
      : property.default === undefined
        ? "optional"
        : `default \`${JSON.stringify(property.default)}\``;
    const text = [values, property.description].filter(Boolean).join(": ");
    return `- \`${key}\` (${state})${text ? `: ${text}` : ""}`;
  });
}
