import { z } from "zod";
import { openings, windowSchema } from "../../engine/planner/windows";
import { definePolicy } from "../define";
import { read, readEach } from "../read";
import { NIST, PAGES } from "../references";
import { MIGRATION_SCHEDULE, readSchedule } from "../schedule";
import { UNKNOWN } from "../unknown";

const config = z.strictObject({
  maxWindowMinutes: z
    .number()
    .positive()
    .default(12 * 60)
    .describe("Longest window: one that is always open is none"),
});

/** Recomputes from the recurrence whether each wave lies in a window, in place of trusting the plan. */
export const migrationWithinWindows = definePolicy({
  name: "migration-within-windows",
  displayName: "Migrations run in windows",
  description: "A MigrationSchedule must have windows, and each of its waves must begin and end in one.",
  group: "change-control",
  enforcementLevel: "mandatory",
  severity: "medium",
  rationale: "A schedule without windows moves VMs in the busiest hour as readily as in the quietest.",
  remediation: "give windows as RFC 5545 recurrences with a time zone; where moves are welcome any time, disable this.",
  url: PAGES.recurrence,
  references: [NIST.changeControl],
  config,
  appliesTo: [MIGRATION_SCHEDULE],
  checkResource(resource, { config, report, notApplicable }) {
    const given = readEach(resource, "windows", z.unknown());
    if (given === UNKNOWN || given.includes(UNKNOWN)) return notApplicable("this preview doesn't know the windows");
    if (given.length === 0) return report("The schedule has no windows: it moves at any time.");
    const windows = read(resource, "windows", z.array(windowSchema));
    if (windows === UNKNOWN) return;
    for (const { recurrence, durationMinutes } of windows) {
      if (durationMinutes <= config.maxWindowMinutes) continue;
      report(
        `The window ${recurrence} is open for ${durationMinutes} min; at most ${config.maxWindowMinutes} are allowed ` +
          `(maxWindowMinutes).`,
      );
    }
    const { waves } = readSchedule(resource);
    if (waves === UNKNOWN) return;
    for (const { startsAt, durationSeconds, moves } of waves) {
      const end = startsAt + durationSeconds;
      const inside = openings(windows, startsAt, startsAt + 1).some(
        (each) => each.start <= startsAt && end <= each.end,
      );
      if (inside) continue;
      const when = new Date(startsAt * 1000).toISOString();
      report(`The wave of ${when} (${moves.map(({ vm }) => vm).join(", ")}) doesn't lie within a window.`);
    }
  },
});
