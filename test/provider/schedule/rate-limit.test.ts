import assert from "node:assert/strict";
import { join } from "node:path";
import { ActionLog } from "../../../engine/journal";
import type { ScheduledWave } from "../../../engine/planner/schedule";
import { rateLeft, wavesWithinRate } from "../../../provider/schedule/rate-limit";
import { temporaryFolder } from "../../testbed";

const SOURCE = "vc.example.com";
const CLUSTER = `${SOURCE}/domain-c8`;
const HOUR = 3600;
const NOW = 1_750_000_000;

describe("the rate limit and what the vCenter holds", () => {
  let journal: string;
  let log: ActionLog;
  const settings = (perHour?: number, perDay?: number) => ({ journal, moveRateLimit: { perHour, perDay } });

  beforeEach(async () => {
    journal = join(await temporaryFolder(), "journal.duckdb");
    log = new ActionLog(`${journal}.actions.ndjson`);
  });

  async function write(kind: string, subject: string, owner: string, at: number, detail: object = {}): Promise<void> {
    const { id } = await log.intend({ kind, subject, cluster: CLUSTER, owner, at, detail: { ...detail } });
    await log.conclude({ id, at, result: "done" });
  }
  const moved = (subject: string, at: number) => write("relocate", subject, "shop/one/other", at);
  const held = (owner: string, id: string, runAt: number, clusterId = "domain-c8") =>
    write("add-task", `affinity ${owner} ${id}`, owner, NOW - 10 * HOUR, {
      ...{ clusterId, vm: id, id, from: "a", to: "b", fromHostId: "host-1", toHostId: "host-2", datastore: null },
      ...{ runAt, priority: "defaultPriority" },
    });
  const wave = (startsAt: number, count: number): ScheduledWave => ({
    ...{ startsAt, endsBefore: null, durationSeconds: 60, followsAtOnce: false },
    moves: Array.from({ length: count }, (_, i) => ({
      ...{
        vm: `${startsAt}-${i}`,
        id: `${startsAt}-${i}`,
        from: "a",
        fromHostId: "host-1",
        to: "b",
        toHostId: "host-2",
      },
      ...{ startsAfterSeconds: 0, durationSeconds: 60, downtimeMs: 100, reason: "", storage: null },
    })) as unknown as ScheduledWave["moves"],
  });
  const allowed = async (limit: ReturnType<typeof settings>, waves: ScheduledWave[]) => {
    const { waves: kept, without } = await wavesWithinRate(limit, CLUSTER, "shop/one/nightly", waves, 4);
    return { kept: kept.length, without };
  };

  it("counts what is due within the hour beside what was moved in the last", async () => {
    await moved("vm-1", NOW - 600);
    await moved("vm-2", NOW - 2 * HOUR);
    await held("shop/one/weekly", "vm-3", NOW + 1800);
    await held("shop/one/weekly", "vm-4", NOW + 2 * HOUR);
    await held("shop/one/weekly", "vm-5", NOW + 1800, "domain-c9");
    const { left, evidence } = await rateLeft(settings(2), CLUSTER, NOW);
    assert.equal(left, 0);
    assert.match(evidence, /1 moves in the last hour and 1 that the vCenter holds/);
    assert.equal((await rateLeft(settings(2), CLUSTER, NOW, "shop/one/weekly")).left, 1);
    assert.equal((await rateLeft(settings(9, 9), CLUSTER, NOW)).left, 5);
    assert.equal((await rateLeft(settings(), CLUSTER, NOW)).left, Infinity);
  });

  it("lets the vCenter hold no more than the limit within any hour, whoever else has moves held there", async () => {
    const waves = [wave(NOW + 5 * HOUR, 2), wave(NOW + 8 * HOUR, 2)];
    assert.equal((await allowed(settings(2), waves)).kept, 2);
    await held("shop/one/weekly", "vm-9", NOW + 8.5 * HOUR);
    const { kept, without } = await allowed(settings(2), waves);
    assert.equal(kept, 1);
    assert.deepEqual(
      without.map(({ vms }) => vms),
      [[`${NOW + 8 * HOUR}-0`, `${NOW + 8 * HOUR}-1`]],
    );
    assert.match(without[0].because, /more than 2 moves would begin within the same hour/);
    // Between two that are an hour and a half apart there is room for one beside each, not beside both.
    await held("shop/one/weekly", "vm-8", NOW + 7.2 * HOUR);
    assert.equal((await allowed(settings(2), [wave(NOW + 8 * HOUR, 1)])).kept, 1);
    assert.equal((await allowed(settings(1), [wave(NOW + 8 * HOUR, 1)])).kept, 0);
    assert.equal((await allowed(settings(9, 3), waves)).kept, 0);
    assert.equal((await allowed(settings(), waves)).kept, 2);
  });

  it("does not count its own tasks of an earlier plan", async () => {
    await held("shop/one/nightly", "vm-9", NOW + 5 * HOUR);
    assert.equal((await allowed(settings(2), [wave(NOW + 5 * HOUR, 2)])).kept, 1);
  });
});
