import assert from "node:assert/strict";
import { holdMoves, type ScheduledWave } from "../../../../engine/planner/schedule";

const move = (vm: string, durationSeconds = 60) => ({
  vm,
  id: vm,
  from: "a",
  to: "b",
  fromHostId: "host-1",
  toHostId: "host-2",
  startsAfterSeconds: 0,
  durationSeconds,
  downtimeMs: 100,
  streams: 1,
  stunned: false,
  gain: 1,
  reason: "",
});
const wave = (startsAt: number, vms: string[], over: Partial<ScheduledWave> = {}): ScheduledWave => ({
  startsAt,
  endsBefore: null,
  durationSeconds: 60,
  followsAtOnce: false,
  moves: vms.map((vm) => move(vm)),
  ...over,
});
const times = (held: ReturnType<typeof holdMoves>) => held.moves.map(({ move: { vm }, runAt }) => [vm, runAt]);

describe("moves that somebody else begins at their instants", () => {
  it("are no more at a time than the budget has, the next when one is expected to have ended", () => {
    assert.deepEqual(times(holdMoves([wave(1000, ["a", "b", "c"])], 2, 0)), [
      ["a", 1000],
      ["b", 1000],
      ["c", 1060],
    ]);
  });

  it("begin no sooner than asked, and a later wave no sooner than the one before is expected to end", () => {
    const held = holdMoves([wave(1000, ["a", "b"]), wave(1060, ["c"])], 1, 1030.5);
    assert.deepEqual(times(held), [
      ["a", 1031],
      ["b", 1091],
      ["c", 1151],
    ]);
  });

  it("end where a wave needs what the moves before it leave, and with it all that follow", () => {
    const held = holdMoves([wave(0, ["a"]), wave(60, ["b"], { needsEarlier: true }), wave(120, ["c"])], 4, 0);
    assert.deepEqual(times(held), [["a", 0]]);
    assert.deepEqual(
      held.waiting.map(({ vms }) => vms),
      [["b"], ["c"]],
    );
    assert.match(held.waiting[1].because, /how the moves before it ended/);
  });

  it("are held from such a wave on where nothing goes before it any more", () => {
    assert.equal(holdMoves([wave(60, ["b"], { needsEarlier: true })], 4, 0).moves.length, 1);
  });

  it("leave out what would not end within its window", () => {
    const held = holdMoves([wave(0, ["a", "b", "c"], { endsBefore: 130 })], 1, 0);
    assert.deepEqual(times(held), [
      ["a", 0],
      ["b", 60],
    ]);
    assert.deepEqual(held.waiting[0].vms, ["c"]);
  });
});
