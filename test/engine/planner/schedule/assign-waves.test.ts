import assert from "node:assert/strict";
import type { MigrationPlan } from "../../../../engine/planner/migration";
import { assignWaves, dueWaves } from "../../../../engine/planner/schedule";
import { windowSchema } from "../../../../engine/planner/windows";

const at = (iso: string) => Date.parse(iso) / 1000;
const move = (vm: string) => ({
  vm,
  id: vm,
  from: "a",
  to: "b",
  fromHostId: "host-1",
  toHostId: "host-2",
  startsAfterSeconds: 0,
  durationSeconds: 60,
  downtimeMs: 100,
  streams: 1,
  stunned: false,
  gain: 1,
  reason: "",
});
/** Waves of [start, duration, moves]. */
const migration = (...waves: [number, number, number][]): MigrationPlan => ({
  waves: waves.map(([startsAfterSeconds, durationSeconds, moves], w) => ({
    startsAfterSeconds,
    durationSeconds,
    moves: Array.from({ length: moves }, (_, m) => move(`vm-${w}-${m}`)),
  })),
  unreachable: [],
  makespanSeconds: 0,
});
const nightly = windowSchema.parse({ recurrence: "FREQ=DAILY;BYHOUR=2;BYMINUTE=0", durationMinutes: 30 });
const NOON = at("2026-11-22T12:00:00Z");
const TWO = at("2026-11-23T02:00:00Z");

describe("waves in windows", () => {
  it("begin at once without windows, each when the one before has ended", () => {
    const { waves } = assignWaves(migration([0, 100, 2], [100, 50, 1]), [], NOON, 10);
    assert.deepEqual(
      waves.map(({ startsAt, endsBefore, followsAtOnce }) => [startsAt - NOON, endsBefore, followsAtOnce]),
      [
        [0, null, false],
        [100, null, true],
      ],
    );
    assert.equal(dueWaves(waves, NOON).length, 2);
  });

  it("wait for the window, and for the next one where the rest of this one is too short", () => {
    const { waves } = assignWaves(migration([0, 1000, 1], [1000, 1000, 1]), [nightly], NOON, 10);
    assert.deepEqual(
      waves.map(({ startsAt, endsBefore }) => [startsAt, endsBefore]),
      [
        [TWO, TWO + 1800],
        [TWO + 86_400, TWO + 86_400 + 1800],
      ],
    );
    assert.equal(dueWaves(waves, NOON).length, 0);
    assert.equal(dueWaves(waves, TWO).length, 1);
    assert.equal(dueWaves(waves, TWO + 900).length, 0, "too late to end within the window");
  });

  it("wait for the quiet hour that was chosen, where the window has it", () => {
    const { waves } = assignWaves(migration([TWO + 300 - NOON, 60, 1]), [nightly], NOON, 10);
    assert.equal(waves[0].startsAt, TWO + 300);
    const late = assignWaves(migration([TWO + 5000 - NOON, 60, 1]), [nightly], NOON, 10);
    assert.equal(late.waves[0].startsAt, TWO + 1800 - 60);
  });

  it("say which have no window, and hold back all that follow", () => {
    const { waves, without } = assignWaves(migration([0, 60, 1], [60, 4000, 1], [4060, 60, 1]), [nightly], NOON, 10);
    assert.equal(waves.length, 1);
    assert.match(without[0].because, /takes 67 minutes/);
    assert.match(without[1].because, /follows a wave/);
  });

  it("end where the budget ends", () => {
    const { waves } = assignWaves(migration([0, 60, 3], [60, 60, 3], [120, 60, 3]), [], NOON, 4);
    assert.deepEqual(
      waves.map(({ moves }) => moves.length),
      [3, 1],
    );
    assert.deepEqual(assignWaves(migration([0, 60, 3]), [], NOON, 0).waves, []);
  });
});
