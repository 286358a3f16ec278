import type { LoggedAction } from "../../journal";

/** What reservations have cost: amounts by the hours that they were held. */
export interface Overhead {
  readonly cpuMhzHours: number;
  readonly memoryMibHours: number;
  readonly datastoreGibHours: number;
}

const HOUR = 3600;
const amount = (detail: Readonly<Record<string, unknown>>, key: string): number =>
  typeof detail[key] === "number" ? detail[key] : 0;

/**
 * What an owner's preparations have held until `now` (epoch seconds), as the log of actions tells it: a pool from its
 * creation to its removal with what it reserved, a placeholder disk likewise.
 * @param actions of one vCenter, in the log's order
 */
export function overheadOf(actions: readonly LoggedAction[], owner: string, now: number): Overhead {
  const sums = { cpuMhzHours: 0, memoryMibHours: 0, datastoreGibHours: 0 };
  const held = new Map<string, { since: number; cpuMhz: number; memoryMib: number; gib: number }>();
  const close = (subject: string, at: number) => {
    const was = held.get(subject);
    if (!was) return;
    const hours = Math.max(0, at - was.since) / HOUR;
    sums.cpuMhzHours += was.cpuMhz * hours;
    sums.memoryMibHours += was.memoryMib * hours;
    sums.datastoreGibHours += was.gib * hours;
    held.delete(subject);
  };
  for (const action of actions) {
    if (action.owner !== owner || action.outcome?.result === "failed") continue;
    const { kind, detail, outcome } = action;
    const subject = `${action.cluster}\n${action.subject}`;
    const at = outcome?.at ?? action.at;
    if (!/^(create|edit|remove)-(pool|placeholder)$/.test(kind)) continue;
    close(subject, at);
    if (kind.startsWith("remove")) continue;
    held.set(subject, {
      since: at,
      cpuMhz: amount(detail, "cpuMhz"),
      memoryMib: amount(detail, "memoryMib"),
      gib: amount(detail, "gib"),
    });
  }
  for (const subject of [...held.keys()]) close(subject, now);
  const rounded = (value: number) => Math.round(value * 1000) / 1000;
  return {
    cpuMhzHours: rounded(sums.cpuMhzHours),
    memoryMibHours: rounded(sums.memoryMibHours),
    datastoreGibHours: rounded(sums.datastoreGibHours),
  };
}
