import type { RequestEvent, RequestRecord } from "../../../../engine/models/profile";
import { requestRecordSchema } from "../../../../engine/models/profile";
import { createRandom } from "../../../../engine/random";

/** A Monday, 00:00 UTC. */
export const ORIGIN = Date.UTC(2026, 0, 5) / 1000;
const DAY = 1440;

const event = (user: string, application: string, minute: number, length = 0): RequestEvent => ({
  start: ORIGIN + 60 * minute,
  end: ORIGIN + 60 * (minute + length),
  user,
  application,
});

/** One request every `every` minutes from minute `offset`. */
export function cron(user: string, every: number, offset: number, days: number): RequestEvent[] {
  const events: RequestEvent[] = [];
  for (let minute = offset; minute < days * DAY; minute += every) events.push(event(user, "job", minute));
  return events;
}

/** Independent of everything: in each minute with the same probability. */
export function poisson(user: string, perMinute: number, days: number, seed: number): RequestEvent[] {
  const random = createRandom(seed, user);
  const events: RequestEvent[] = [];
  for (let minute = 0; minute < days * DAY; minute++)
    if (random.uniform() < perMinute) events.push(event(user, "query", minute));
  return events;
}

/** People at work: from about nine for some hours a shell that runs, and in it bursts of edit, then build. */
export function sessions(user: string, days: number, seed: number): RequestEvent[] {
  const random = createRandom(seed, user);
  const events: RequestEvent[] = [];
  for (let day = 0; day < days; day++) {
    if (day % 7 > 4) continue;
    const from = day * DAY + 540 + random.integer(60);
    const length = 240 + random.integer(180);
    events.push(event(user, "shell", from, length));
    for (let minute = from + 1; minute < from + length; minute += 1 + random.integer(14)) {
      events.push(event(user, "edit", minute));
      if (random.uniform() < 0.8) events.push(event(user, "build", minute + 4 + random.integer(2)));
    }
  }
  return events;
}

export const record = (fields: Partial<RequestRecord> & { start: number }): RequestRecord =>
  requestRecordSchema.parse({ user: "anna", application: "backup", ...fields });
