import { DateTime, IANAZone } from "luxon";
import { z } from "zod";

// Its CommonJS build is there, but its types say that it is an ES module, and TypeScript believes them.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const ICAL = require("ical.js") as typeof import("ical.js", { with: { "resolution-mode": "import" } }).default;

const parts = z.strictObject({
  recurrence: z
    .string()
    .min(1)
    .refine(isRecurrence, {
      error: "is no RFC 5545 recurrence rule, such as FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=2;BYMINUTE=0",
    })
    .describe("RFC 5545 recurrence rule; BYHOUR and BYMINUTE say when it begins"),
  durationMinutes: z
    .number()
    .int()
    .positive()
    .max(7 * 24 * 60),
  timeZone: z
    .string()
    .default("UTC")
    .refine((zone) => IANAZone.isValidZone(zone), { error: "is no IANA time zone, such as Europe/Berlin" }),
  from: z.iso
    .datetime({ local: true })
    .optional()
    .describe("Local time that the recurrence counts from (its DTSTART); needed where it has an INTERVAL or a COUNT"),
});
/** When moves may run: a recurrence of RFC 5545, in a time zone, and how long each occurrence lasts. */
export const windowSchema = parts.refine(
  ({ recurrence, from }) =>
    from !== undefined || !/\b(INTERVAL|COUNT)=/i.test(recurrence.replace(/\bINTERVAL=1\b/i, "")),
  { error: "is wanted where the recurrence has an INTERVAL or a COUNT: what it counts from", path: ["from"] },
);
export type Window = z.infer<typeof windowSchema>;

/** One occurrence, epoch seconds; `end` excluded. */
export interface Opening {
  readonly start: number;
  readonly end: number;
}

const DAY = 86_400;
/** A rule that has no occurrence in so many steps has none that anybody waits for. */
const MOST_STEPS = 20_000;

function isRecurrence(text: string): boolean {
  try {
    const rule = ICAL.Recur.fromString(text);
    return ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"].includes(rule.freq);
  } catch {
    return false;
  }
}

/**
 * The openings of the windows between two instants, merged where they overlap, in order. One that is under way at `from`
 * begins before it. Local times that a clock change skips are moved forward, as RFC 5545 has it.
 * @param from, until epoch seconds
 */
export function openings(windows: readonly Window[], from: number, until: number): Opening[] {
  const found = windows.flatMap((window) => openingsOf(window, from, until)).sort((a, b) => a.start - b.start);
  const merged: Opening[] = [];
  for (const opening of found) {
    const last = merged.at(-1);
    if (last && opening.start <= last.end) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, opening.end) };
    } else merged.push(opening);
  }
  return merged;
}

/** The opening that holds `at`, or else the next within a year; null if there is none. Without windows: always open. */
export function openingAt(windows: readonly Window[], at: number): Opening | null {
  if (windows.length === 0) return { start: at, end: Number.POSITIVE_INFINITY };
  for (const days of [8, 62, 366]) {
    const next = openings(windows, at, at + days * DAY)[0];
    if (next) return next;
  }
  return null;
}

function openingsOf(window: Window, from: number, until: number): Opening[] {
  const { timeZone, durationMinutes } = window;
  const duration = durationMinutes * 60;
  const local = (seconds: number) =>
    DateTime.fromSeconds(seconds, { zone: timeZone }).toFormat("yyyy-MM-dd'T'HH:mm:ss");
  // Far enough back for a rule that counts from nowhere in particular: the year's first midnight, in local time.
  const anchor = window.from ?? `${local(from - duration - DAY).slice(0, 4)}-01-01T00:00:00`;
  const rule = ICAL.Recur.fromString(window.recurrence);
  const iterator = rule.iterator(ICAL.Time.fromDateTimeString(anchor.slice(0, 19).padEnd(19, ":00")));
  const found: Opening[] = [];
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = iterator.next();
    if (!next) break;
    const { year, month, day, hour, minute, second } = next;
    const start = DateTime.fromObject({ year, month, day, hour, minute, second }, { zone: timeZone }).toSeconds();
    if (start >= until) break;
    if (start + duration > from) found.push({ start, end: start + duration });
  }
  return found;
}
