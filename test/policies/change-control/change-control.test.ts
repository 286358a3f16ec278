import {
  changeFreezeKept,
  heldVirtualMachineStays,
  migrationBudgetBounded,
  migrationConcurrencyWithinLimits,
  migrationWithinWindows,
  permanentRuleDeclared,
  placementMovesBounded,
  ruleExpiryBounded,
} from "../../../policies";
import {
  testAntiAffinityRule,
  testPlacement,
  testSchedule,
  testStickiness,
  testTag,
  testVirtualMachine,
  unknown,
} from "../../../policies/testing";
import { describePolicy } from "../cases";

const elsewhere = { stack: [testVirtualMachine("a")] };
/** A Saturday, 02:10 UTC. */
const SATURDAY = Date.parse("2026-03-07T02:10:00Z") / 1000;
const move = (vm: string, from = 1, to = 2, rest = {}) => ({
  vm,
  id: vm,
  from: `esx-${from}`,
  to: `esx-${to}`,
  fromHostId: `host-${from}`,
  toHostId: `host-${to}`,
  ...rest,
});
const wave = (startsAt: number, moves: object[], durationSeconds = 600) => ({
  startsAt,
  endsBefore: null,
  durationSeconds,
  followsAtOnce: false,
  moves,
});
const nights = [{ recurrence: "FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=2;BYMINUTE=0", durationMinutes: 120, timeZone: "UTC" }];
const many = (count: number, rest = {}) => Array.from({ length: count }, (_, i) => move(`vm-${i}`, 1, i + 2, rest));

describePolicy(migrationBudgetBounded, {
  passes: { stack: [testSchedule("s", { budget: { movesPerRun: 10 } }), testSchedule("t")] },
  fails: {
    stack: [testSchedule("s", { budget: { movesPerRun: 60, movesPerDay: 500 } })],
    says: [/movesPerRun is 60; at most 50/, /movesPerDay is 500; at most 200/],
    at: "s",
  },
  unknown: { stack: [testSchedule("s", { budget: unknown })] },
  "doesn't apply": elsewhere,
  "waves beyond the budget": {
    stack: [testSchedule("s", { budget: { movesPerRun: 1 }, waves: [wave(SATURDAY, [move("a"), move("b")])] })],
    says: [/2 moves; the budget of a run is 1/],
  },
});

const plans = (count: number) =>
  testPlacement("p", { moves: many(count).map(({ vm, from, to }) => ({ vm, from, to, toHostId: "h", reason: "r" })) });
describePolicy(placementMovesBounded, {
  passes: { stack: [plans(20)] },
  fails: { stack: [plans(21)], says: [/moves 21 running machines; at most 20/], at: "p" },
  unknown: { stack: [testPlacement("p", { placements: unknown })] },
  "doesn't apply": elsewhere,
  "its own VMs count": {
    stack: [testPlacement("p", { placements: [{ vm: "a", hostId: "h", host: "e", action: "move" }] })],
    config: { maxMoves: 0 },
    says: [/moves 1 running/],
  },
});

describePolicy(migrationWithinWindows, {
  passes: { stack: [testSchedule("s", { windows: nights, waves: [wave(SATURDAY, [move("a")])] })] },
  fails: { stack: [testSchedule("s")], says: [/no windows/], at: "s" },
  unknown: { stack: [testSchedule("s", { windows: unknown })] },
  "doesn't apply": elsewhere,
  "a wave outside": {
    stack: [testSchedule("s", { windows: nights, waves: [wave(SATURDAY + 86_400 * 2, [move("a")])] })],
    says: [/wave of 2026-03-09T02:10:00.000Z \(a\) doesn't lie within a window/],
  },
  "a wave that outlasts its window": {
    stack: [testSchedule("s", { windows: nights, waves: [wave(SATURDAY, [move("a")], 7200)] })],
    says: [/doesn't lie within/],
  },
  "a window that is always open": {
    stack: [testSchedule("s", { windows: [{ recurrence: "FREQ=DAILY;BYHOUR=0", durationMinutes: 1440 }] })],
    says: [/open for 1440 min; at most 720/],
  },
});

describePolicy(changeFreezeKept, {
  passes: { stack: [testSchedule("s", { waves: [wave(SATURDAY, [move("a")])] })] },
  fails: {
    stack: [testSchedule("s", { waves: [wave(SATURDAY, [move("a")])] })],
    config: { freezes: ["2026-03-07T02:15:00Z/2026-03-08T00:00:00Z"] },
    says: [/lies in the freeze 2026-03-07T02:15/],
  },
  unknown: {
    stack: [testSchedule("s", { waves: unknown })],
    config: { freezes: ["2026-01-01T00:00Z/2027-01-01T00:00Z"] },
  },
  "doesn't apply": elsewhere,
  "a wave that ends as the freeze begins": {
    stack: [testSchedule("s", { waves: [wave(SATURDAY, [move("a")], 300)] })],
    config: { freezes: ["2026-03-07T02:15:00Z/2026-03-08T00:00:00Z"] },
  },
});

const rule = (name: string) => testAntiAffinityRule(name, { name, virtualMachineIds: ["1", "2"] });
describePolicy(permanentRuleDeclared, {
  passes: { stack: [rule("db-apart")], config: { permanentRules: ["db-*"] } },
  fails: { stack: [rule("db-apart")], says: [/db-apart has no expiry/], at: "db-apart" },
  unknown: { stack: [testStickiness("s", { rule: unknown, virtualMachines: ["a", "b"] })] },
  "doesn't apply": elsewhere,
  "a name that only looks alike": {
    stack: [rule("mydb-apart")],
    config: { permanentRules: ["db-*", "*-far*"] },
    says: [/no expiry/],
  },
  "a stickiness with an end": {
    stack: [testStickiness("s", { rule: { name: "r", mandatory: false }, expiresAt: "2026-03-07T00:00:00Z" })],
  },
  "a stickiness without one": {
    stack: [testStickiness("s", { rule: { name: "r", mandatory: false }, expiresAt: null })],
    says: [/r has no expiry/],
  },
});

const later = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
describePolicy(ruleExpiryBounded, {
  passes: { stack: [testStickiness("s", { maxHours: 336 }), testStickiness("t")] },
  fails: { stack: [testStickiness("s", { maxHours: 2000 })], says: [/maxHours is 2000; at most 336/], at: "s" },
  unknown: { stack: [testStickiness("s", { maxHours: unknown, since: unknown })] },
  "doesn't apply": elsewhere,
  "an end that is far off": {
    stack: [testStickiness("s", { maxHours: 10, since: later(-1), expiresAt: later(50) })],
    config: { maxHours: 24 },
    says: [/in 50 h; at most 24/],
  },
});

const concurrent = (concurrency: number, moves: object[], networkGbps?: number) =>
  testSchedule("s", {
    budget: { concurrency },
    waves: [wave(SATURDAY, moves)],
    ...(networkGbps && { settings: { migration: { networkGbps } } }),
  });
describePolicy(migrationConcurrencyWithinLimits, {
  passes: { stack: [concurrent(8, many(20))] },
  fails: {
    stack: [concurrent(9, many(20))],
    says: [/20 moves on esx-1: a host cost of 9, of 8/, /a network cost of 9/],
  },
  unknown: { stack: [testSchedule("s", { budget: unknown, waves: [wave(SATURDAY, many(20))] })] },
  "doesn't apply": elsewhere,
  "a slow network": { stack: [concurrent(5, many(20), 1)], says: [/network cost of 5, of 4/] },
  "disks that move too": {
    stack: [concurrent(3, many(3, { storage: { from: ["ds-1"], to: "ds-2" } }))],
    says: [/host cost of 12, of 8/],
  },
  "few moves on each host": {
    stack: [
      concurrent(
        64,
        Array.from({ length: 30 }, (_, i) => move(`v${i}`, i, 100 + i)),
      ),
    ],
  },
});

const tag = testTag("hold", { name: "no-migration" });
const moves = testSchedule("s", { waves: [wave(SATURDAY, [move("a"), move("b")])] });
describePolicy(heldVirtualMachineStays, {
  passes: { stack: [testVirtualMachine("a"), moves] },
  fails: {
    stack: [testVirtualMachine("a", { tags: [unknown] }, { dependsOn: { tags: [tag] } }), tag, moves],
    says: [/a is on hold \(tag no-migration\) and planned to move to esx-2/],
    at: "s",
  },
  unknown: { stack: [testSchedule("s", { waves: unknown })], config: { held: ["a"] } },
  "doesn't apply": elsewhere,
  "held by name, and not in the stack": { stack: [moves], config: { held: ["b"] }, says: [/b is on hold \(held\)/] },
  "held, and staying": {
    stack: [testPlacement("p", { placements: [{ vm: "a", hostId: "h", host: "e", action: "keep" }] })],
    config: { held: ["a"] },
  },
});
