import assert from "node:assert/strict";
import fc from "fast-check";
import { openingAt, openings, windowSchema } from "../../../../engine/planner/windows";

const at = (iso: string) => Date.parse(iso) / 1000;
const windowOf = (over: object = {}) =>
  windowSchema.parse({ recurrence: "FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=2;BYMINUTE=0", durationMinutes: 120, ...over });
const shown = (list: { start: number; end: number }[]) =>
  list.map(({ start, end }) => [new Date(start * 1000).toISOString(), new Date(end * 1000).toISOString()]);

describe("windows", () => {
  it("opens at each occurrence, in the window's own time zone", () => {
    const found = openings(
      [windowOf({ timeZone: "Europe/Berlin" })],
      at("2026-11-20T00:00:00Z"),
      at("2026-11-28T12:00:00Z"),
    );
    assert.deepEqual(shown(found), [
      ["2026-11-21T01:00:00.000Z", "2026-11-21T03:00:00.000Z"],
      ["2026-11-22T01:00:00.000Z", "2026-11-22T03:00:00.000Z"],
      ["2026-11-28T01:00:00.000Z", "2026-11-28T03:00:00.000Z"],
    ]);
  });

  it("keeps local time over a change of the clocks, and moves a time that is skipped forward", () => {
    const daily = windowOf({
      recurrence: "FREQ=DAILY;BYHOUR=2;BYMINUTE=30",
      durationMinutes: 30,
      timeZone: "Europe/Berlin",
    });
    const found = openings([daily], at("2026-03-28T00:00:00Z"), at("2026-03-30T12:00:00Z"));
    assert.deepEqual(
      shown(found).map(([start]) => start),
      ["2026-03-28T01:30:00.000Z", "2026-03-29T01:30:00.000Z", "2026-03-30T00:30:00.000Z"],
    );
  });

  it("knows one that is under way, and the next one otherwise", () => {
    const window = windowOf();
    assert.equal(openingAt([window], at("2026-11-21T03:00:00Z"))?.start, at("2026-11-21T02:00:00Z"));
    assert.equal(openingAt([window], at("2026-11-21T04:00:00Z"))?.start, at("2026-11-22T02:00:00Z"));
    assert.equal(openingAt([], 5)?.end, Number.POSITIVE_INFINITY);
    const over = windowOf({ recurrence: "FREQ=DAILY;UNTIL=20200101T000000", from: "2019-01-01T00:00:00" });
    assert.equal(openingAt([over], at("2026-11-21T04:00:00Z")), null);
  });

  it("counts an interval from where it is told to", () => {
    const fortnightly = windowOf({
      recurrence: "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=1;BYMINUTE=0",
      from: "2026-11-02T00:00:00",
    });
    const found = openings([fortnightly], at("2026-11-03T00:00:00Z"), at("2026-12-05T00:00:00Z"));
    assert.deepEqual(
      shown(found).map(([start]) => start.slice(0, 10)),
      ["2026-11-16", "2026-11-30"],
    );
  });

  it("is refused where it has an interval or a count and nothing to count from", () => {
    for (const part of ["INTERVAL=2", "COUNT=3", "interval=10"]) {
      assert.throws(() => windowOf({ recurrence: `FREQ=DAILY;${part};BYHOUR=2` }), /what it counts from/, part);
    }
    windowOf({ recurrence: "FREQ=DAILY;INTERVAL=1;BYHOUR=2" });
  });

  it("merges windows that overlap", () => {
    const late = windowOf({ recurrence: "FREQ=DAILY;BYHOUR=3;BYMINUTE=0" });
    const found = openings([windowOf(), late], at("2026-11-21T00:00:00Z"), at("2026-11-21T12:00:00Z"));
    assert.deepEqual(shown(found), [["2026-11-21T02:00:00.000Z", "2026-11-21T05:00:00.000Z"]]);
  });

  it("gives openings in order that don't overlap, whatever the windows", () => {
    const rule = fc.record({
      recurrence: fc
        .tuple(fc.constantFrom("DAILY", "WEEKLY", "MONTHLY"), fc.nat(23), fc.nat(59))
        .map(([freq, h, m]) => `FREQ=${freq};BYHOUR=${h};BYMINUTE=${m}`),
      durationMinutes: fc.integer({ min: 1, max: 3000 }),
      timeZone: fc.constantFrom("UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"),
    });
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1.6e9, max: 1.9e9 }),
        (rules, from) => {
          const windows = rules.map((r) => windowSchema.parse(r));
          const found = openings(windows, from, from + 40 * 86_400);
          for (const [i, { start, end }] of found.entries()) {
            assert.ok(start < end && end > from && start < from + 40 * 86_400);
            if (i > 0) assert.ok(start > found[i - 1].end);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("refuses what is no recurrence and no zone, saying so", () => {
    for (const recurrence of ["", "every day", "FREQ=SECONDLY", "FREQ=NEVER"]) {
      assert.equal(windowSchema.safeParse({ recurrence, durationMinutes: 5 }).success, false, recurrence);
    }
    const bad = windowSchema.safeParse({ recurrence: "FREQ=DAILY", durationMinutes: 5, timeZone: "Berlin" });
    assert.match(bad.error!.issues[0].message, /IANA/);
  });
});
