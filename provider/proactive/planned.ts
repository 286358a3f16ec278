import { z } from "zod";

const name = z.string();
const probability = z.number().min(0).max(1);

/** A VM of the group, as far as its risk goes. */
const memberSchema = z.strictObject({
  vm: name,
  /** Null where it isn't made yet. */
  id: name.nullable(),
  host: name.nullable().describe("Name of its host"),
  risk: probability.describe("That it fails within the horizon"),
  atRisk: z.boolean(),
  because: z.string().describe("Whose failure it would be"),
});

const roomSchema = z.strictObject({
  vm: name.describe("The VM at risk"),
  hostId: name,
  host: name.describe("Where it has room to restart"),
  vcpus: z.number().int().positive(),
  memoryMb: z.number().positive(),
});

const targetSchema = z.strictObject({
  ...{ vm: name, address: name, risk: probability, running: z.boolean(), gone: z.boolean() },
});

const redirectionSchema = z.strictObject({
  name,
  /** Addresses that are to be taken from the name, and given back to it. */
  withdraw: z.array(name),
  restore: z.array(name),
  kept: z.array(z.strictObject({ vm: name, because: z.string() })),
  targets: z.array(targetSchema),
});

/** What check decided, as inputs and state hold it. */
export const plannedProactiveSchema = z.strictObject({
  source: name.describe("The vCenter's name"),
  clusterId: name,
  members: z.array(memberSchema),
  replicasSuggested: z.number().int().nullable(),
  groupRisk: z.strictObject({
    now: probability.describe("That fewer than needed of the VMs that there are will be left within the horizon"),
    then: probability.nullable().describe("With the suggested number; null where none is enough"),
    bound: probability,
  }),
  reservations: z.array(roomSchema),
  redirection: redirectionSchema.nullable().describe("Null where traffic isn't redirected, or the zone can't be asked"),
  lacking: z.array(z.string()).describe("What the plan had to do without"),
  evidence: z.string(),
});
export type PlannedProactive = z.infer<typeof plannedProactiveSchema>;

const KEYS = Object.keys(plannedProactiveSchema.shape);

/** The plan that inputs or a state hold; null if they hold none. */
export function plannedIn(state: Readonly<Record<string, unknown>>): PlannedProactive | null {
  return plannedProactiveSchema.safeParse(Object.fromEntries(KEYS.map((key) => [key, state[key]]))).data ?? null;
}

/** What a refresh found otherwise than the state says. */
export interface ProactiveDrift {
  readonly what: "reservation missing" | "reservation stale" | "address given back";
  readonly detail: string;
}
