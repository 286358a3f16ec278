import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ActionLog } from "../../engine/journal";
import type { FoundTask } from "../../provider/vsphere";
import { needs, type Vcenter } from "../testbed";
import { ok, type Project } from "./project";
import { crowd, inVcenter, simulatedProject } from "./simulated-project";

const SOURCE = `
const { MigrationSchedule } = require("pulumi-vsphere-affinity/provider");
for (const { name, args } of require("./schedules.json")) {
  new MigrationSchedule(name, args);
}`;

interface State {
  executed: { id: string; result: string; text: string }[];
  evidence: string;
  tasks: { name: string; key: string; id: string; toHostId: string; runAt: number }[];
  drift: { what: string; detail: string }[];
}

const OTHERS = "somebody's own";

describe("a migration schedule that the vCenter runs, in the real CLI, on the simulator", function () {
  this.timeout(300_000);
  needs("pulumi", "vsphere-plugin", "vcenter");

  let vcenter: Vcenter;
  let project: Project;
  let folder: string;
  let log: ActionLog;

  const program = (args: object) =>
    writeFile(
      join(folder, "schedules.json"),
      JSON.stringify([{ name: "nightly", args: { cluster: "DC0_C0", executor: "vcenter", ...args } }]),
    );
  const up = async (...options: string[]) => ok(await project.pulumi("up", "--yes", "--skip-preview", ...options));
  const refresh = async () => ok(await project.pulumi("refresh", "--yes", "--skip-preview"));
  /** The resource's state, with what the last refresh wrote there. */
  async function state(): Promise<State> {
    const { deployment } = JSON.parse(ok(await project.pulumi("stack", "export")).stdout) as {
      deployment: { resources: { type: string; outputs: State }[] };
    };
    return deployment.resources.find(({ type }) => type.endsWith(":MigrationSchedule"))!.outputs;
  }

  const ours = (): Promise<FoundTask[]> =>
    inVcenter(vcenter, async (actions) => (await actions.scheduled.all()).filter(({ name }) => name !== OTHERS));
  /** The clock's hour `hours` from now, as a daily window of 50 minutes. */
  const windowIn = (hours: number) => {
    const hour = new Date(Date.now() + hours * 3_600_000).getUTCHours();
    return { recurrence: `FREQ=DAILY;BYHOUR=${hour};BYMINUTE=0`, durationMinutes: 50 };
  };
  const two = { budget: { movesPerRun: 2, movesPerDay: 2 } };

  before(async () => {
    ({ vcenter, project, folder } = await simulatedProject("moves", SOURCE, {
      hosts: 4,
      vms: 12,
      // Small VMs on an idle simulator: without a threshold, evenness alone is reason enough.
      config: { "vsphere-affinity:plan.gainThreshold": "0" },
    }));
    log = new ActionLog(join(folder, "journal.duckdb.actions.ndjson"));
    await crowd(vcenter);
    await inVcenter(vcenter, async (actions, { clusters: [cluster], virtualMachines }) => {
      const [vm] = virtualMachines.filter((each) => each.cluster === cluster.id);
      await actions.scheduled.create({
        name: OTHERS,
        description: "not ours",
        vm: vm.id,
        runAt: Math.floor(Date.now() / 1000) + 30 * 86_400,
        spec: await actions.relocateSpec(vm.id, vm.host!),
        priority: "lowPriority",
      });
    });
  });
  after(() => vcenter?.stop());

  it("has the vCenter hold its moves, each at its time, and is content with that", async () => {
    await program({ ...two, windows: [windowIn(3)] });
    ok(await project.pulumi("preview"));
    assert.deepEqual(await ours(), [], "a preview schedules nothing");
    await up();
    const { tasks, executed } = await state();
    assert.deepEqual(executed, []);
    assert.equal(tasks.length, 2);
    const found = await ours();
    assert.deepEqual(
      found.map(({ key, name, vm, host, runAt }) => [key, name, vm, host, runAt]).sort(),
      tasks.map(({ key, name, id, toHostId, runAt }) => [key, name, id, toHostId, runAt]).sort(),
    );
    for (const { name, vm, description, enabled } of found) {
      assert.equal(name, `affinity moves/one/nightly ${vm}`);
      assert.match(description, /^Moves \S+ from \S+ to \S+ at \d{4}-/);
      assert.ok(enabled);
    }
    await up("--expect-no-changes");
    await refresh();
    await up("--expect-no-changes");
  });

  it("moves them to another time in place when the program says so", async () => {
    const before = await ours();
    await program({ ...two, windows: [windowIn(4)] });
    await up();
    const after = await ours();
    assert.deepEqual(after.map(({ key }) => key).sort(), before.map(({ key }) => key).sort());
    for (const { key, runAt } of after) assert.ok(runAt! > before.find((task) => task.key === key)!.runAt!);
  });

  it("finds on refresh that somebody removed or disabled one, and mends it", async () => {
    const [first, second] = await ours();
    await inVcenter(vcenter, (actions) => actions.scheduled.remove(first.key));
    await inVcenter(vcenter, async (actions) =>
      actions.scheduled.edit(second.key, {
        name: second.name,
        description: second.description,
        vm: second.vm!,
        runAt: second.runAt! + 600,
        spec: await actions.relocateSpec(second.vm!, second.host!),
        priority: second.priority!,
      }),
    );
    await refresh();
    const { drift } = await state();
    assert.deepEqual(drift.map(({ what }) => what).sort(), ["task changed", "task missing"]);
    assert.match(drift.find(({ what }) => what === "task changed")!.detail, /it runs at .*, not /);
    await up();
    const mended = new Map((await ours()).map((task) => [task.name, task]));
    assert.equal(mended.size, 2);
    assert.equal(mended.get(second.name)!.runAt, second.runAt);
    assert.equal(mended.get(first.name)!.runAt, first.runAt);
    await up("--expect-no-changes");
  });

  it("takes away before its time a task whose VM is no longer where it was planned from", async () => {
    const [task] = await ours();
    await inVcenter(vcenter, (actions) => actions.relocate(task.vm!, task.host!));
    await up();
    const left = await ours();
    assert.ok(!left.some(({ key }) => key === task.key), "the task is gone");
    assert.ok(!left.some(({ vm, host }) => vm === task.vm && host === task.host));
  });

  it("asks after their time where the VMs run, and writes down what the vCenter did", async () => {
    const held = await ours();
    assert.ok(held.length > 0);
    await vcenter.advance(26 * 3600);
    await refresh();
    assert.deepEqual(
      (await state()).drift.map(({ what }) => what),
      held.map(() => "task ran"),
    );
    // The day's budget is used up by what ran, before it is written down: nothing new is held.
    await program({ budget: { movesPerRun: 2, movesPerDay: held.length }, windows: [windowIn(4)] });
    await up();
    assert.match((await state()).evidence, /the budget is used up/);
    const { executed } = await state();
    assert.deepEqual(executed.map(({ id, result }) => [id, result]).sort(), held.map(({ vm }) => [vm, "moved"]).sort());
    const hosts = await inVcenter(vcenter, (_, { virtualMachines }) =>
      Promise.resolve(new Map(virtualMachines.map((vm) => [vm.id, vm.host]))),
    );
    for (const { vm, host } of held) assert.equal(hosts.get(vm!), host);
    const moves = (await log.actions()).filter(({ kind }) => kind === "relocate");
    assert.deepEqual(
      moves.map(({ subject, outcome, detail }) => [subject, outcome?.result, detail.task]).sort(),
      held.map(({ vm, key }) => [vm, "done", key]).sort(),
    );
    assert.ok(!(await ours()).some(({ ranAt }) => ranAt !== null), "what has run is cleared away");
  });

  it("takes its own tasks away when it is destroyed, and no other's, with nothing left open in the log", async () => {
    const day = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"][(new Date().getUTCDay() + 4) % 7];
    const recurrence = `FREQ=WEEKLY;BYDAY=${day};BYHOUR=2;BYMINUTE=0`;
    await program({ budget: { movesPerRun: 2 }, windows: [{ recurrence, durationMinutes: 60 }] });
    await up();
    assert.equal((await ours()).length, 2);
    ok(await project.pulumi("destroy", "--yes", "--skip-preview"));
    const names = await inVcenter(vcenter, async (actions) => (await actions.scheduled.all()).map(({ name }) => name));
    assert.deepEqual(names, [OTHERS]);
    assert.deepEqual(await log.open(), []);
  });
});
