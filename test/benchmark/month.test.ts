import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimulatedClock } from "../../benchmark/month/clock";
import { SimulatedCluster } from "../../benchmark/month/cluster";
import { Recorder } from "../../benchmark/month/recorder";
import { runMonth } from "../../benchmark/month/run-month";
import { makeScenario, type Scenario, STEP } from "../../benchmark/month/scenario";
import { Tally } from "../../benchmark/month/tally";
import { drawTroubles, severity, type Trouble } from "../../benchmark/month/troubles";

const DAY = 86_400;

describe("the simulated month", () => {
  const scenario = makeScenario({ seed: 7, days: 1, hosts: 4, vms: 30, use: 0.4, failuresPerDay: 0.01 });
  const failing = (hosts: readonly number[], minutes: number): Scenario => ({
    ...scenario,
    troubles: hosts.map((host): Trouble => {
      const at = scenario.from + 600;
      const silent = { kind: "sudden" as const, power: 1, latency: 1, errors: 0, throttled: 0 };
      return { ...silent, host, from: at, height: at, failsAt: at, until: at + minutes * 60 };
    }),
  });

  it("lets time go by only while everything waits for it", async () => {
    const clock = new SimulatedClock(0);
    const seen: string[] = [];
    let wake = (): void => undefined;
    clock.at(10, () => wake());
    const work = clock.during(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push(`worked until ${clock.now}`);
      await clock.asleep(new Promise<void>((resolve) => (wake = resolve)));
      seen.push(`slept until ${clock.now}`);
    });
    const passed: number[] = [];
    await clock.advance(15, (seconds) => passed.push(seconds));
    await work;
    assert.deepEqual(seen, ["worked until 0", "slept until 10"]);
    assert.deepEqual([passed, clock.now], [[10, 5], 15]);
  });

  it("counts what a failure takes down until HA has it up again", async () => {
    const world = failing([0], 60);
    const on = world.vms.filter(({ host }) => host === world.snapshot.hosts[0].id).length;
    assert.ok(on > 0);
    const outcome = await runMonth(world, { kind: "none" }, 3);
    assert.deepEqual([outcome.failures, outcome.vmsHit], [1, on]);
    // A minute to notice, some to boot.
    assert.ok(outcome.lostVmMinutes > 2 * on && outcome.lostVmMinutes < 15 * on, String(outcome.lostVmMinutes));
  });

  it("leaves lost what finds no room until a host is back", async () => {
    const all = failing([0, 1, 2, 3], 120);
    const outcome = await runMonth(all, { kind: "none" }, 3);
    assert.ok(outcome.lostVmMinutes > 120 * all.vms.length, String(outcome.lostVmMinutes));
  });

  it("fails a vMotion whose host is lost, and refuses one without room", async () => {
    const clock = new SimulatedClock(scenario.from);
    const cluster = new SimulatedCluster(failing([1], 60), clock);
    cluster.enter(DAY / STEP);
    const vm = cluster.at.indexOf(0);
    clock.at(scenario.from + 599, () => undefined);
    await clock.advance(scenario.from + 599, () => undefined);
    const lost = assert.rejects(cluster.move(vm, 1), /a host was lost/);
    await clock.advance(scenario.from + 700, () => undefined);
    await lost;
    assert.equal(cluster.at[vm], 0);
    const refused = assert.rejects(cluster.move(vm, 1), /does not respond/);
    await clock.advance(scenario.from + 701, () => undefined);
    await refused;
    assert.equal(cluster.tally.failedMoves, 2);
  });

  it("calls a way back thrash only where nothing spoke against the host that is left", () => {
    const tally = new Tally();
    tally.began(0, 1, 2, 0, () => false);
    tally.began(0, 2, 1, 3600, () => true);
    assert.deepEqual([tally.returns, tally.thrash], [1, 0]);
    tally.began(0, 1, 2, 7200, () => false);
    assert.deepEqual([tally.returns, tally.thrash], [2, 1]);
    tally.began(0, 2, 1, 7200 + 2 * DAY, () => false);
    assert.equal(tally.returns, 2);
  });

  it("draws the same troubles for a seed, and racks fail as a whole", () => {
    const options = { seed: 3, racks: ["a", "a", "b", "b"], from: 0, days: 2000, failuresPerDay: 0.01 };
    const troubles = drawTroubles(options);
    assert.deepEqual(drawTroubles(options), troubles);
    assert.notDeepEqual(drawTroubles({ ...options, seed: 4 }), troubles);
    const racks = troubles.filter(({ kind }) => kind === "rack");
    const together = racks.filter(({ failsAt, host }) =>
      racks.some((r) => r.failsAt === failsAt && r.host === (host ^ 1)),
    );
    assert.ok(together.length > racks.length * 0.8);
    const decline = troubles.find(({ kind }) => kind === "decline")!;
    assert.equal(severity(decline, decline.from - 1), 0);
    assert.ok(severity(decline, (decline.from + decline.height) / 2) < severity(decline, decline.height - 1));
    assert.equal(severity(decline, decline.failsAt!), 0);
  });

  it("shows a policy nothing of what is still to come", async () => {
    const telemetry = new Recorder({ vmCpuMhz: ["vm-1"] }, 0, STEP, 100);
    for (let slot = 0; slot < 24; slot++) telemetry.write(slot, "vmCpuMhz", [slot < 12 ? 100 : 200]);
    const query = { kind: "vm" as const, vcenter: "any", metrics: ["vmCpuMhz" as const] };
    for (const step of [3600, 1800]) {
      const grid = { start: 0, step, length: 14_400 / step };
      for await (const { values } of telemetry.series({ ...query, grid })) {
        const half = values.length / 4;
        assert.ok(values.subarray(0, half).every((value) => value === 100));
        assert.ok(values.subarray(half, 2 * half).every((value) => value === 200));
        assert.ok(values.subarray(2 * half).every(Number.isNaN));
      }
    }
  });

  it("runs the product's apply to the same end each time, within every rule", async function () {
    this.timeout(60_000);
    const folder = await mkdtemp(join(tmpdir(), "month-test-"));
    try {
      const crowded = makeScenario({ seed: 7, days: 0.25, hosts: 4, vms: 30, use: 0.7, failuresPerDay: 0.01 });
      const once = (name: string) => runMonth(crowded, { kind: "apply", journal: join(folder, name), plan: {} }, 3);
      const [first, second] = [await once("a.duckdb"), await once("b.duckdb")];
      assert.deepEqual(first, second);
      assert.ok(first.movesPerDay > 0);
      assert.equal(first.violations, 0);
      const idle = await runMonth(crowded, { kind: "none" }, 3);
      assert.ok(first.overloadMinutes < idle.overloadMinutes, `${first.overloadMinutes} ${idle.overloadMinutes}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
