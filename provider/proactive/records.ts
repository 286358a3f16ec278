import { AffinityError } from "../../engine/errors";
import type { ActionLog, LoggedAction } from "../../engine/journal";
import { actionLogOf, lastWord, logged, withLease } from "../acting";
import type { Settings } from "../settings";
import { DnsDirector } from "./dns/dns-director";
import type { Targets, TrafficDirector } from "./traffic-director";

/** Actions on the addresses of a name, in the log: none of them is the vCenter's to know. */
export const RECORD_ACTIONS = ["withdraw-record", "restore-record"] as const;
type RecordAction = (typeof RECORD_ACTIONS)[number];
export const isRecordAction = ({ kind }: { readonly kind: string }): boolean =>
  (RECORD_ACTIONS as readonly string[]).includes(kind);

/** @throws AffinityError DNS_NEEDED where the settings name no zone */
export function directorOf(settings: Settings, now: () => number): TrafficDirector {
  if (settings.dns) return new DnsDirector(settings.dns, now);
  throw new AffinityError({
    code: "DNS_NEEDED",
    message: "traffic is to be redirected, and the settings name no DNS server",
    hint: "set dns (server, zone, keyName, secret), or leave traffic out",
  });
}

const subjectOf = (name: string, address: string): string => `${name} ${address}`;

/** Addresses that this owner took from the name and has not given back, by the log of actions. */
export async function withdrawnAddresses(
  settings: Settings,
  owner: string,
  source: string,
  name: string,
): Promise<string[]> {
  const actions = await actionLogOf(settings.journal).actions();
  const subjects = new Set(
    actions.filter((action) => isRecordAction(action) && action.detail.name === name).map(({ subject }) => subject),
  );
  return [...subjects]
    .filter((subject) => lastWord(actions, owner, source, subject) === "withdraw-record")
    .map((subject) => subject.slice(name.length + 1))
    .sort();
}

/** What a run has at hand that changes where a name leads. */
export interface Directing {
  readonly director: TrafficDirector;
  /** Takes one address from the name, or gives it back; does nothing where that is so already. */
  change(kind: RecordAction, name: string, address: string): Promise<Targets>;
}

/**
 * As the only run that acts on the vCenter's VMs, changes where their names lead: each change is written down before and
 * verified by asking the server after. What a run that was killed left open is found out first.
 * @throws AffinityError LEASE_HELD, DNS_*, TRAFFIC_CHANGED, TRAFFIC_UNVERIFIED, JOURNAL_*
 */
export function withDirector<T>(
  settings: Settings,
  { owner, source, clusterId }: { readonly owner: string; readonly source: string; readonly clusterId: string },
  now: () => number,
  work: (directing: Directing) => Promise<T>,
): Promise<T> {
  const director = directorOf(settings, now);
  const log = actionLogOf(settings.journal);
  return withLease(settings, source, owner, async () => {
    await settleRecords(log, director, source, now);
    return work({
      director,
      async change(kind, name, address) {
        const before = await director.targets(name);
        const wanted = before.addresses.filter((each) => each !== address);
        if (kind === "restore-record") wanted.push(address);
        if (wanted.length === before.addresses.length && kind === "withdraw-record") return before;
        if (kind === "restore-record" && before.addresses.includes(address)) return before;
        const detail = { name, address, ttlSeconds: before.ttlSeconds, at: director.name };
        const what = { kind, subject: subjectOf(name, address), cluster: `${source}/${clusterId}`, owner, detail };
        // A name without any address has no TTL of its own any more: then the one of the withdrawal counts.
        const ttlSeconds = before.addresses.length > 0 ? before.ttlSeconds : await formerTtl(log, what.subject);
        return logged(log, what, async () => {
          await director.replace(name, { ...before, ttlSeconds }, wanted);
          const after = await director.targets(name);
          if (after.addresses.join() !== [...wanted].sort().join()) throw unverified(name, director, after, wanted);
          return after;
        });
      },
    });
  });
}

/** Where nobody knows: short, so that clients soon see the next change. */
const SHORT_TTL = 60;

async function formerTtl(log: ActionLog, subject: string): Promise<number> {
  const last = (await log.actions()).filter((action) => action.subject === subject && isRecordAction(action)).at(-1);
  return typeof last?.detail.ttlSeconds === "number" ? last.detail.ttlSeconds : SHORT_TTL;
}

/** Finds out what became of changes whose run ended before it could write that down. */
export async function settleRecords(
  log: ActionLog,
  director: TrafficDirector,
  source: string,
  now: () => number,
): Promise<void> {
  const isOurs = (action: LoggedAction) => isRecordAction(action) && action.cluster.startsWith(`${source}/`);
  for (const action of (await log.open()).filter(isOurs)) {
    const { addresses } = await director.targets(String(action.detail.name));
    const there = addresses.includes(String(action.detail.address));
    const done = there === (action.kind === "restore-record");
    await log.conclude({
      ...{ id: action.id, at: now(), result: done ? "done" : "failed" },
      text: done ? "found so by a later run" : "found otherwise by a later run",
    });
  }
}

function unverified(
  name: string,
  director: TrafficDirector,
  { addresses }: Targets,
  wanted: readonly string[],
): AffinityError {
  return new AffinityError({
    code: "TRAFFIC_UNVERIFIED",
    message: `${name} leads to ${addresses.join(", ") || "nothing"} after the update, not to ${wanted.join(", ") || "nothing"} (${director.name})`,
    hint: "see who else changes this name; the next run looks at it anew",
  });
}
