import assert from "node:assert/strict";
import fc from "fast-check";
import { migrationRequestSchema, preCopy } from "../../../../engine/planner/migration";
import { maximumNetworkCost, streamsFor } from "../../../../engine/planner/migration/limits";

const input = { memoryMb: 16_384, dirtyMbPerSecond: 100, writableMb: 4096, gigabitsPerSecond: 10, downtimeGoalMs: 500 };

describe("pre-copy", () => {
  it("sends memory once where nothing is written to, at the speed of the wire", () => {
    const copy = preCopy({ ...input, dirtyMbPerSecond: 0 });
    assert.equal(copy.rounds, 1);
    assert.equal(copy.copiedMb, 16_384);
    // 16,384 MB at 1,250 MB/s, 2 s to set up, 0.1 s to switch over.
    assert.ok(Math.abs(copy.durationSeconds - (16_384 / 1250 + 2.1)) < 1e-9);
    assert.equal(copy.downtimeMs, 100);
    assert.equal(copy.stunned, false);
  });

  it("goes on round by round until what is left goes over within the goal", () => {
    const copy = preCopy({ ...input, dirtyMbPerSecond: 400, downtimeGoalMs: 50 });
    // 13.1 s leave 4096 (1 - exp(-1.28)) = 2957 MB, these 847 MB, these 260 MB, these 82 MB, and these 26 MB: 21 ms.
    assert.equal(copy.rounds, 5);
    assert.equal(copy.stunned, false);
    assert.ok(copy.downtimeMs > 100 && copy.downtimeMs <= 150, `${copy.downtimeMs} ms`);
  });

  it("slows a VM down that writes faster than the wire carries, and then gets within the goal", () => {
    const copy = preCopy({ ...input, dirtyMbPerSecond: 5000, gigabitsPerSecond: 1 });
    assert.equal(copy.stunned, true);
    assert.ok(copy.downtimeMs <= 600, `${copy.downtimeMs} ms`);
    assert.equal(preCopy({ ...input, dirtyMbPerSecond: 5000, gigabitsPerSecond: 100 }).stunned, false);
  });

  it("is down no longer than the goal, whatever the VM does; a faster wire is faster where nothing is written to", () => {
    const amount = (max: number) => fc.double({ min: 1, max, noNaN: true });
    fc.assert(
      fc.property(amount(500_000), amount(3000), amount(99), amount(99), (memoryMb, dirtyMbPerSecond, g1, g2) => {
        const writableMb = memoryMb / 4;
        const at = (dirty: number, gigabitsPerSecond: number) =>
          preCopy({ ...input, memoryMb, writableMb, dirtyMbPerSecond: dirty, gigabitsPerSecond });
        const [quiet, busy] = [at(0, g1), at(dirtyMbPerSecond, g1)];
        assert.ok(busy.downtimeMs <= input.downtimeGoalMs + 100 + 1e-6, `${busy.downtimeMs} ms, ${busy.rounds} rounds`);
        assert.ok(busy.copiedMb >= quiet.copiedMb && busy.durationSeconds >= quiet.durationSeconds);
        assert.ok(at(0, Math.max(g1, g2)).durationSeconds <= at(0, Math.min(g1, g2)).durationSeconds);
      }),
      { numRuns: 500, seed: 41 },
    );
  });

  it("opens a stream for about every 15 Gb/s, as vSphere does", () => {
    assert.deepEqual([1, 10, 25, 40, 100].map(streamsFor), [1, 1, 2, 3, 7]);
    assert.deepEqual([1, 10, 25].map(maximumNetworkCost), [4, 8, 8]);
  });
});

describe("MigrationRequest", () => {
  it("is checked", () => {
    const request = { sourceInstance: "vm-1", destinationHost: "host-2", migrationType: "preemptive" };
    assert.equal(migrationRequestSchema.parse(request).destinationZone, null);
    assert.equal(migrationRequestSchema.safeParse({ ...request, migrationType: "sudden" }).success, false);
    assert.equal(migrationRequestSchema.safeParse({ ...request, sourceInstance: "" }).success, false);
  });
});
