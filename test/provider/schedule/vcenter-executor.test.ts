import assert from "node:assert/strict";
import { join } from "node:path";
import { ActionLog, Declarations } from "../../../engine/journal";
import type { Snapshot } from "../../../engine/snapshot";
import { reconcile } from "../../../provider/reconcile/reconcile";
import type { HeldTask } from "../../../provider/schedule/held-tasks";
import { applySchedule, checkSchedule, removeSchedule, ScheduleFailed } from "../../../provider/schedule/lifecycle";
import { parseSettings, type Settings } from "../../../provider/settings";
import { createVcenterActions, createVcenterInventory, taskName, type VcenterActions } from "../../../provider/vsphere";
import { needs, startVcenter, temporaryFolder, type Vcenter } from "../../testbed";

const OWNER = "shop/one/nightly";

describe("a schedule that the vCenter runs, between two updates", function () {
  this.timeout(180_000);
  needs("vcenter");

  let vcenter: Vcenter;
  let settings: Settings;
  let log: ActionLog;
  let state: Record<string, unknown>;
  before(async () => {
    vcenter = await startVcenter({ hosts: 3, vms: 6 });
    const journal = join(await temporaryFolder(), "journal.duckdb");
    const { server, user, password, certificate: caFile } = vcenter;
    const plan = { gainThreshold: 0 };
    settings = parseSettings({ vcenter: { server, user, password, caFile }, journal, plan }, "the test", {});
    log = new ActionLog(`${journal}.actions.ndjson`);
    await crowd();
  });
  after(() => vcenter?.stop());

  async function inVcenter<T>(work: (actions: VcenterActions, snapshot: Snapshot) => Promise<T>): Promise<T> {
    const inventory = createVcenterInventory(settings.vcenter!);
    try {
      return await work(createVcenterActions(inventory), await inventory.snapshot());
    } finally {
      await inventory.close();
    }
  }
  /** All on one host: there is something to do, wherever the simulator put them. */
  const crowd = () =>
    inVcenter(async (actions, { clusters: [cluster], hosts, virtualMachines }) => {
      const [host] = hosts.filter((item) => item.cluster === cluster.id);
      const members = virtualMachines.filter((vm) => vm.cluster === cluster.id && vm.host !== host.id);
      for (const vm of members) await actions.relocate(vm.id, host.id);
    });
  const now = () => Math.floor(Date.now() / 1000);
  const windowIn = (hours: number) => {
    const hour = new Date(Date.now() + hours * 3_600_000).getUTCHours();
    return { recurrence: `FREQ=DAILY;BYHOUR=${hour};BYMINUTE=0`, durationMinutes: 50 };
  };
  const windows = [windowIn(3)];
  /** By then the bed's clock is four hours ahead. */
  const later = [windowIn(8)];
  const user = {
    owner: OWNER,
    cluster: "DC0_C0",
    executor: "vcenter",
    windows,
    budget: { movesPerRun: 2, movesPerDay: 2 },
  };
  const tasks = () => inVcenter((actions) => actions.scheduled.all());
  const held = () => (state.tasks as HeldTask[]).map(({ key }) => key).sort();
  const keys = async () => (await tasks()).map(({ key }) => key).sort();
  const apply = async (dryRun = false) =>
    (await reconcile(settings, { dryRun, now })).map(({ class: what, outcome }) => [what, outcome]);
  const check = (olds = {}) => checkSchedule(olds, user, settings, now());

  it("refuses a name that is somebody else's, and keeps what it could hold", async () => {
    const inputs = await check();
    const waves = inputs.waves as { moves: { id: string; toHostId: string }[] }[];
    const [{ id, toHostId }] = waves[0].moves;
    const taken = await inVcenter(async (actions) =>
      actions.scheduled.create({
        name: taskName(OWNER, id),
        description: "",
        vm: id,
        runAt: now() + 90_000,
        spec: await actions.relocateSpec(id, toHostId),
        priority: "lowPriority",
      }),
    );
    const failure = await applySchedule(inputs, settings, now).then(
      () => assert.fail("the name is taken"),
      (error: unknown) => error as ScheduleFailed,
    );
    assert.ok(failure instanceof ScheduleFailed);
    assert.match(failure.reasons.join(), /that this resource did not make/);
    assert.equal((failure.state.tasks as HeldTask[]).length, 1);
    await inVcenter((actions) => actions.scheduled.remove(taken));
  });

  it("finds its tasks again where a run ended before it could write a state, and makes none twice", async () => {
    state = { ...(await applySchedule(await check(), settings, now)) };
    assert.equal(held().length, 2);
    assert.deepEqual(await keys(), held());
    state = { ...(await applySchedule(await check(), settings, now, {})) };
    assert.deepEqual(await keys(), held());
    assert.deepEqual(await apply(), []);
  });

  it("says in a dry run that a task was removed, and makes it anew without", async () => {
    const [gone] = await keys();
    await inVcenter((actions) => actions.scheduled.remove(gone));
    assert.deepEqual(await apply(true), [["task-missing", "pending"]]);
    assert.equal((await tasks()).length, 1);
    assert.deepEqual(await apply(), [["task-missing", "done"]]);
    assert.equal((await tasks()).length, 2);
    assert.deepEqual(await apply(), []);
  });

  it("writes down once what the vCenter has done, counts it against the day, and clears it away", async () => {
    const before = await tasks();
    await vcenter.advance(4 * 3600);
    const found = await apply();
    assert.deepEqual(
      found.filter(([what]) => what === "task-ran"),
      before.map(() => ["task-ran", "done"]),
    );
    assert.ok(found.some(([what]) => what === "rate-above-bound"));
    assert.deepEqual(await tasks(), []);
    await apply();
    const moves = (await log.actions()).filter(({ kind }) => kind === "relocate");
    assert.deepEqual(
      moves.map(({ subject, outcome }) => [subject, outcome?.result]).sort(),
      before.map(({ vm }) => [vm, "done"]).sort(),
    );
    assert.deepEqual(await log.open(), []);
  });

  it("leaves nothing behind when it is removed", async () => {
    await removeSchedule(state, settings);
    assert.deepEqual(await tasks(), []);
    assert.deepEqual(await apply(), []);
  });

  it("is rid of tasks that a run made which was killed before it declared anything, and of no other's", async () => {
    const other = { ...user, owner: "shop/one/killed", windows: later, budget: { movesPerRun: 2 } };
    await crowd();
    const inputs = await checkSchedule({}, other, settings, now());
    await applySchedule(inputs, settings, now);
    // What a kill between the tasks and the declaration leaves.
    await new Declarations(settings.journal).withdraw(other.owner, "MigrationSchedule", null);
    const [first] = await tasks();
    assert.equal((await tasks()).length, 2);
    const theirs = await inVcenter(async (actions) =>
      actions.scheduled.create({
        name: `affinity ${other.owner} somebody`,
        description: "not in our log",
        vm: first.vm!,
        runAt: now() + 90_000,
        spec: await actions.relocateSpec(first.vm!, first.host!),
        priority: "lowPriority",
      }),
    );
    const stale = (outcome: string) => [
      ["task-stale", outcome],
      ["task-stale", outcome],
    ];
    assert.deepEqual(await apply(true), stale("pending"));
    assert.equal((await tasks()).length, 3);
    assert.deepEqual(await apply(), stale("done"));
    assert.deepEqual(await keys(), [theirs]);
    assert.deepEqual(await apply(), []);
    assert.deepEqual(await log.open(), []);
    await inVcenter((actions) => actions.scheduled.remove(theirs));
  });

  it("writes down as a move what such a task has done by then", async () => {
    const other = { ...user, owner: "shop/one/late", windows: later, budget: { movesPerRun: 1 } };
    await applySchedule(await checkSchedule({}, other, settings, now()), settings, now);
    await new Declarations(settings.journal).withdraw(other.owner, "MigrationSchedule", null);
    const [{ vm, host }] = await tasks();
    await vcenter.advance(25 * 3600);
    assert.deepEqual(await apply(), [["task-stale", "done"]]);
    assert.deepEqual(await tasks(), []);
    const moves = (await log.actions()).filter(({ kind, owner }) => kind === "relocate" && owner === other.owner);
    assert.deepEqual(
      moves.map(({ subject, detail, outcome }) => [subject, detail.to, outcome?.result]),
      [[vm, host, "done"]],
    );
  });
});
