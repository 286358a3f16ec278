import assert from "node:assert/strict";
import fc from "fast-check";
import {
  FEATURES,
  GapHistogram,
  GrowableInts,
  RequestTracker,
  activeSubjects,
  buildLog,
  outcomesOf,
  shifted,
  spanOf,
  trainingRows,
  viewOf,
  writeFeatures,
} from "../../../../engine/models/profile";
import { ORIGIN, cron, poisson, sessions } from "./histories";

const WINDOW = Math.floor(ORIGIN / 300);

function featuresAt(events: Parameters<typeof buildLog>[0], user: string, application: string | null, window: number) {
  const log = buildLog(events);
  const tracker = new RequestTracker(log);
  tracker.advanceTo(window);
  const row = new Float32Array(FEATURES.length);
  const subject = {
    user: log.users.indexOf(user),
    application: application === null ? null : log.applications.indexOf(application),
  };
  writeFeatures(viewOf(tracker, subject), row);
  return Object.fromEntries(FEATURES.map((name, i) => [name, row[i]]));
}

describe("features of requests", () => {
  const events = [...sessions("anna", 10, 1), ...cron("clock", 15, 2, 10), ...poisson("bert", 0.05, 10, 2)];

  it("know nothing of what comes after their window", () => {
    for (const hours of [60, 106.5, 178.25, 205]) {
      const window = WINDOW + Math.round(hours * 12);
      const past = events.filter(({ start }) => start < window * 300);
      // What hasn't ended is still running: nobody could know its end.
      const known = past.map((event) =>
        event.end !== null && event.end >= window * 300 ? { ...event, end: 4e9 } : event,
      );
      for (const [user, application] of [
        ["anna", null],
        ["anna", "build"],
        ["clock", null],
      ] as const) {
        const all = featuresAt(events, user, application, window);
        assert.deepEqual(featuresAt(known, user, application, window), all, `${user} at ${hours} h`);
      }
    }
  });

  it("learn window by window what a user's last application leads to", () => {
    // "make" every six hours, "run" always in the window after it; "edit" as often, with nothing after it.
    const at = (slot: number, application: string) => {
      const start = (WINDOW + slot) * 300;
      return { start, end: null, user: "anna", application };
    };
    const history = Array.from({ length: 40 }, (_, i) => [
      at(72 * i, "make"),
      at(72 * i + 1, "run"),
      at(72 * i + 36, "edit"),
    ]).flat();
    const end = 72 * 40;
    const after = (application: string) =>
      featuresAt([...history, at(end, application)], "anna", "run", WINDOW + end + 1).onlineLogOdds;
    assert.ok(after("make") > after("edit") + 1, `${after("make")} after make, ${after("edit")} after edit`);
    assert.ok(after("make") > 0);
  });

  it("see a clock: due in the one window, and not in the others", () => {
    const at = (minute: number) => featuresAt(cron("clock", 15, 2, 3), "clock", null, WINDOW + 2 * 288 + minute / 5);
    assert.ok(at(0).hazard > 0.95, `due: ${at(0).hazard}`);
    assert.ok(at(5).hazard < 0.05, `just been: ${at(5).hazard}`);
    assert.ok(at(10).hazard < 0.05, `not yet: ${at(10).hazard}`);
    assert.equal(at(0).every3, 1);
    assert.equal(at(5).every3, 0);
    assert.equal(at(0).onsetMedian, 15);
    assert.equal(at(0).onsetSpread, 0);
    assert.equal(at(0).onsetDue, 2);
  });

  it("give Poisson arrivals the same hazard whatever the silence", () => {
    const perMinute = 0.05;
    const expected = 1 - (1 - perMinute) ** 5;
    const log = buildLog(poisson("bert", perMinute, 30, 3));
    const tracker = new RequestTracker(log);
    tracker.advanceTo(spanOf(log).to);
    for (const idle of [1, 5, 20]) {
      const hazard = tracker.users[0].gaps.hazard(idle, 5, 0, 0);
      assert.ok(Math.abs(hazard - expected) < 0.035, `${hazard} after ${idle} min, expected ${expected}`);
    }
  });

  it("tell who is logged in, for how long, and what followed", () => {
    const day = 8 * 1440;
    const shell = sessions("anna", 10, 1).find(
      ({ application, start }) => application === "shell" && start >= ORIGIN + 60 * day,
    );
    assert.ok(shell?.end);
    const window = Math.ceil(shell.start / 300) + 12;
    const during = featuresAt(events, "anna", "build", window);
    assert.equal(during.userRunning, 1);
    assert.equal(during.userOldest, window * 5 - shell.start / 60);
    const after = featuresAt(events, "anna", "build", Math.ceil(shell.end / 300) + 2);
    assert.equal(after.userRunning, 0);
    assert.ok(after.userSinceEnd > 0 && after.userSinceEnd < 20);
    assert.ok(during.followsMax > 0.3, `a build follows an edit: ${during.followsMax}`);
  });

  it("are the same for the same requests in another order", () => {
    const window = WINDOW + 5 * 288 + 130;
    assert.deepEqual(
      featuresAt([...events].reverse(), "anna", "edit", window),
      featuresAt(events, "anna", "edit", window),
    );
  });
});

describe("request logs", () => {
  it("count a window with several requests once, and no window twice", () => {
    const log = buildLog(cron("a", 1, 0, 1));
    const outcomes = outcomesOf(log, [{ user: 0, application: null }], { from: WINDOW - 2, to: WINDOW + 288 });
    assert.deepEqual([...outcomes.subarray(0, 3)], [0, 0, 1]);
    assert.equal(
      outcomes.reduce((sum, value) => sum + value, 0),
      288,
    );
  });

  it("leave out subjects that were hardly seen", () => {
    const log = buildLog([...cron("often", 60, 0, 1), ...cron("once", 1440, 0, 1)]);
    const tracker = new RequestTracker(log);
    tracker.advanceTo(spanOf(log).to);
    assert.deepEqual(
      activeSubjects(tracker, "user", 2).map(({ user }) => log.users[user ?? -1]),
      ["often"],
    );
  });

  it("move in time without changing anything else", () => {
    const log = buildLog(cron("a", 15, 0, 1));
    const later = shifted(log, 3);
    assert.equal(later.start[4] - log.start[4], 3);
    assert.deepEqual(later.byEnd, log.byEnd);
  });
});

describe("gap histogram", () => {
  it("is the share of the gaps that lasted so long and ended in time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 170 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 160 }),
        (gaps, idle) => {
          const histogram = new GapHistogram();
          for (const gap of gaps) histogram.add(gap);
          const lasting = gaps.filter((gap) => gap >= idle).length;
          const ended = gaps.filter((gap) => gap >= idle && gap < idle + 5).length;
          assert.ok(Math.abs(histogram.hazard(idle, 5, 0.5, 2) - (ended + 1) / (lasting + 2)) < 1e-6);
        },
      ),
    );
  });

  it("knows a hazard for any silence, seen or not", () => {
    const histogram = new GapHistogram();
    for (const gap of [1, 185, 400, 4000]) {
      histogram.add(gap);
      for (let idle = 1; idle < 30_000; idle += 7) {
        const hazard = histogram.hazard(idle, 5, 0.1, 1);
        assert.ok(hazard >= 0 && hazard <= 1, `${hazard} after ${idle} min with gaps up to ${gap}`);
      }
    }
  });

  it("keeps gaps of days apart from gaps of weeks", () => {
    const histogram = new GapHistogram();
    for (const days of [1, 1, 1, 7]) histogram.add(days * 1440);
    assert.equal(histogram.lasting(2 * 1440), 1);
    assert.equal(histogram.lasting(30 * 1440), 0);
  });
});

describe("growable list", () => {
  it("finds how many values are below a bound", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 80 }),
        fc.integer({ min: -1, max: 301 }),
        (values, bound) => {
          const list = new GrowableInts();
          for (const value of [...values].sort((a, b) => a - b)) list.push(value);
          assert.equal(list.below(bound), values.filter((value) => value < bound).length);
        },
      ),
    );
  });
});

describe("training rows", () => {
  it("are at most so many, and their weights keep the frequencies", () => {
    const events = [...sessions("anna", 10, 1), ...poisson("bert", 0.05, 10, 2), ...cron("daily", 1440, 3, 10)];
    const log = buildLog(events);
    const subjects = log.users.map((_, user) => ({ user, application: null }));
    const span = { from: WINDOW + 288, to: WINDOW + 10 * 288 };
    const outcomes = outcomesOf(log, subjects, span);
    const requests = outcomes.reduce((sum, value) => sum + value, 0);
    for (const maxRows of [1e6, 2000]) {
      const { targets, weights } = trainingRows(log, subjects, span, 1, maxRows);
      assert.ok(
        targets.length < Math.min(outcomes.length / 1.5, maxRows * 1.1),
        `${targets.length} of ${outcomes.length}`,
      );
      const rows = weights.reduce((sum, weight) => sum + weight, 0);
      const hits = weights.reduce((sum, weight, i) => sum + weight * targets[i], 0);
      assert.ok(Math.abs(rows / outcomes.length - 1) < 0.12, `${rows} rows for ${outcomes.length}`);
      assert.ok(Math.abs(hits / requests - 1) < 0.1, `${hits} requests for ${requests}`);
    }
  });
});
