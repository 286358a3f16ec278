import { z } from "zod";
import { definePolicy } from "../define";
import { NIST, PAGES } from "../references";
import { MIGRATION_SCHEDULE, readSchedule } from "../schedule";
import { UNKNOWN } from "../unknown";

const INTERVAL = /^(\S+)\/(\S+)$/;
const instants = (interval: string) => (INTERVAL.exec(interval) ?? []).slice(1).map((text) => Date.parse(text) / 1000);

const config = z.strictObject({
  freezes: z
    .array(
      z.string().refine(
        (interval) => {
          const [from, until] = instants(interval);
          return from < until;
        },
        { error: "is no ISO 8601 interval, such as 2026-12-20T00:00:00Z/2027-01-04T00:00:00Z" },
      ),
    )
    .default([])
    .describe("Intervals, as FROM/UNTIL in ISO 8601, in which nothing moves"),
});

/** A freeze is the operator's word, above every window of a program. */
export const changeFreezeKept = definePolicy({
  name: "change-freeze-kept",
  displayName: "Nothing moves in a change freeze",
  description: "No wave of a MigrationSchedule may overlap a change freeze.",
  group: "change-control",
  enforcementLevel: "mandatory",
  severity: "high",
  rationale: "Windows recur; a year's end or a launch doesn't. What recurs must yield.",
  remediation: "wait until the freeze has ended, or end it in this policy's configuration.",
  url: PAGES.nist,
  references: [NIST.changeControl],
  config,
  appliesTo: [MIGRATION_SCHEDULE],
  checkResource(resource, { config, report, notApplicable }) {
    const { waves } = readSchedule(resource);
    if (waves === UNKNOWN) return notApplicable("this preview doesn't know the waves");
    for (const { startsAt, durationSeconds, moves } of waves) {
      for (const interval of config.freezes) {
        const [from, until] = instants(interval);
        if (startsAt >= until || startsAt + durationSeconds <= from) continue;
        const when = new Date(startsAt * 1000).toISOString();
        report(`The wave of ${when} (${moves.map(({ vm }) => vm).join(", ")}) lies in the freeze ${interval}.`);
      }
    }
  },
});
