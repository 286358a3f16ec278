import { z } from "zod";
import { AffinityError } from "../../errors";
import { validate } from "../../validate";

/** What can be known of a host's troubles. A failure is what the models predict; the rest is what they predict from. */
export const HOST_EVENT_KINDS = ["failure", "disconnect", "haRestart", "alarm", "sensor", "application"] as const;
export type HostEventKind = (typeof HOST_EVENT_KINDS)[number];

/** Kinds that mean that the host failed its VMs. */
export const FAILURE_KINDS: readonly HostEventKind[] = ["failure", "disconnect", "haRestart"];

/** "hardware" where the part isn't known, or is another one. */
export const HOST_CAUSES = [
  "hardware",
  "processor",
  "memory",
  "storage",
  "software",
  "network",
  "human",
  "facilities",
  "unknown",
] as const;
export type HostCause = (typeof HOST_CAUSES)[number];

/** One event of a host, from vCenter's alarms and events, hardware sensors, HA, or an application's own metrics. */
export const hostEventSchema = z.strictObject({
  host: z.string().min(1).describe("Host id as in the snapshot"),
  kind: z.enum(HOST_EVENT_KINDS),
  at: z.number().finite().describe("Epoch seconds at which it began"),
  until: z.number().finite().nullable().default(null).describe("Epoch seconds at which it was over; null if not known"),
  cause: z.enum(HOST_CAUSES).default("unknown"),
});
export type HostEvent = z.infer<typeof hostEventSchema>;

/** Where a host stands: what those that fail together have in common. */
export interface HostPlace {
  readonly id: string;
  /** Rack, blade chassis or cluster: the smallest group that shares parts. */
  readonly group: string;
  readonly site: string;
  /** Position within the group, such as the number in the host's name. */
  readonly number: number;
}

/** Events as arrays, by rising `at`; hosts by their row in `places`. */
export interface HostEventLog {
  readonly places: readonly HostPlace[];
  readonly host: Int32Array;
  readonly at: Float64Array;
  /** NaN where the end isn't known. */
  readonly until: Float64Array;
  /** Index into HOST_CAUSES. */
  readonly cause: Uint8Array;
  /** Index into HOST_EVENT_KINDS. */
  readonly kind: Uint8Array;
}

/**
 * The log of these hosts; events of other hosts are left out. Events at the same time keep their order.
 * @throws AffinityError HOST_EVENTS_INVALID listing every event that breaks the schema or ends before it begins
 */
export function hostEventLog(places: readonly HostPlace[], events: readonly unknown[]): HostEventLog {
  const parsed = validate(z.array(hostEventSchema), events, {
    code: "HOST_EVENTS_INVALID",
    subject: "the list of host events",
    hint: "each needs host, kind and at (epoch seconds); until and cause where they are known",
  });
  const backwards = parsed.flatMap(({ at, until }, i) =>
    until !== null && until < at
      ? [{ path: `[${i}].until`, message: `ends at ${until}, before it begins at ${at}` }]
      : [],
  );
  if (backwards.length)
    throw new AffinityError({
      code: "HOST_EVENTS_INVALID",
      message: `${backwards.length} host events end before they begin`,
      problems: backwards,
    });
  const rowOf = new Map(places.map(({ id }, row) => [id, row]));
  const known = parsed.filter(({ host }) => rowOf.has(host));
  const sorted = known
    .map((event, order) => ({ event, order }))
    .sort((a, b) => a.event.at - b.event.at || a.order - b.order);
  return {
    places,
    host: Int32Array.from(sorted, ({ event }) => rowOf.get(event.host)!),
    at: Float64Array.from(sorted, ({ event }) => event.at),
    until: Float64Array.from(sorted, ({ event }) => event.until ?? Number.NaN),
    cause: Uint8Array.from(sorted, ({ event }) => HOST_CAUSES.indexOf(event.cause)),
    kind: Uint8Array.from(sorted, ({ event }) => HOST_EVENT_KINDS.indexOf(event.kind)),
  };
}

/** The log's events that are failures, or those that aren't. */
export function selectEvents(log: HostEventLog, failures: boolean): HostEventLog {
  const keep = Array.from(log.kind.keys()).filter((k) => isFailure(log.kind[k]) === failures);
  return {
    places: log.places,
    host: Int32Array.from(keep, (k) => log.host[k]),
    at: Float64Array.from(keep, (k) => log.at[k]),
    until: Float64Array.from(keep, (k) => log.until[k]),
    cause: Uint8Array.from(keep, (k) => log.cause[k]),
    kind: Uint8Array.from(keep, (k) => log.kind[k]),
  };
}

/** The same by name. */
export const isFailureKind = (kind: HostEventKind): boolean => FAILURE_KINDS.includes(kind);

/** True where the event of that kind counts as a failure. */
export const isFailure = (kind: number): boolean => FAILURE_KINDS.includes(HOST_EVENT_KINDS[kind]);
