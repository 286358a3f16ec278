import { z } from "zod";

const at = z.string().nullable().describe("ISO 8601, UTC");

/** What is held ready, as inputs and state have it. */
export const preparedSchema = z.strictObject({
  hosts: z.array(
    z.strictObject({ host: z.string(), hostId: z.string(), score: z.number(), datastoreId: z.string().nullable() }),
  ),
  cpuMhz: z.number().describe("For each host; the pool reserves this for all of them together"),
  memoryMib: z.number(),
  datastoreGib: z.number(),
});
export type Prepared = z.infer<typeof preparedSchema>;

/** What check decided: the hosts to be ready and until when, or none for now; and on what ground. */
export const plannedPreparationSchema = z.strictObject({
  source: z.string().describe("The vCenter's name"),
  clusterId: z.string(),
  pool: z.string().describe("Name of the resource pool"),
  prepared: preparedSchema.nullable(),
  since: at,
  until: at,
  probability: z.number().nullable().describe("Of a request within the window; null where nothing is known of it"),
  model: z.string().describe("What gave the probability"),
  evidence: z.string(),
});
export type PlannedPreparation = z.infer<typeof plannedPreparationSchema>;

export const KEYS = Object.keys(plannedPreparationSchema.shape);

/** The plan that inputs or a state hold; null if they hold none. */
export function plannedIn(state: Readonly<Record<string, unknown>>): PlannedPreparation | null {
  const found = Object.fromEntries(KEYS.map((key) => [key, state[key]]));
  return plannedPreparationSchema.safeParse(found).data ?? null;
}

/** What the shadow request said of a prepared host. */
export interface Readiness {
  readonly host: string;
  readonly hostId: string;
  /** null: no shadow request was made. */
  readonly ready: boolean | null;
  /** Until the probe was powered on, by vCenter's clock; null where it wasn't, or there was none. */
  readonly seconds: number | null;
  /** What probes of this kind took on the cluster's hosts: their median. */
  readonly expectedSeconds: number | null;
  /** Why it isn't ready. */
  readonly text: string;
}

/** A difference between the program and the vCenter that a refresh found. */
export interface PreparationDrift {
  readonly what: "pool missing" | "reservation changed" | "reservation stale" | "placeholder missing";
  readonly detail: string;
}

/** The whole of what the pool reserves. */
export const reservationOf = (prepared: Prepared | null) => ({
  cpuMhz: (prepared?.cpuMhz ?? 0) * (prepared?.hosts.length ?? 0),
  memoryMib: (prepared?.memoryMib ?? 0) * (prepared?.hosts.length ?? 0),
});

/** GiB of placeholder disk by datastore id. */
export function disksOf(prepared: Prepared | null): Map<string, number> {
  const disks = new Map<string, number>();
  for (const { datastoreId } of prepared?.hosts ?? []) {
    if (datastoreId !== null) disks.set(datastoreId, (disks.get(datastoreId) ?? 0) + prepared!.datastoreGib);
  }
  return disks;
}
