import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ActionLog } from "../../engine/journal";
import { needs, type Vcenter } from "../testbed";
import { ok, type Project } from "./project";
import { crowd, inVcenter, simulatedProject } from "./simulated-project";

const SOURCE = `
const { MigrationSchedule } = require("pulumi-vsphere-affinity/provider");
for (const { name, args } of require("./schedules.json")) {
  const { waves, due, executed, evidence } = new MigrationSchedule(name, args);
  exports[name] = { waves, due, executed, evidence };
}`;

interface Outputs {
  waves: { startsAt: number; moves: { id: string; toHostId: string }[] }[];
  due: number;
  executed: { id: string; result: string }[];
  evidence: string;
}

describe("a migration schedule in the real CLI, on the simulator", function () {
  this.timeout(240_000);
  needs("pulumi", "vsphere-plugin", "vcenter");

  let vcenter: Vcenter;
  let project: Project;
  let folder: string;

  const program = (args: object) =>
    writeFile(
      join(folder, "schedules.json"),
      JSON.stringify([{ name: "nightly", args: { cluster: "DC0_C0", ...args } }]),
    );
  const outputs = async () =>
    JSON.parse(ok(await project.pulumi("stack", "output", "nightly", "--json")).stdout) as Outputs;

  const hostsInVcenter = (): Promise<Map<string, string | null>> =>
    inVcenter(vcenter, (_, { virtualMachines }) => new Map(virtualMachines.map((vm) => [vm.id, vm.host])));

  before(async () => {
    ({ vcenter, project, folder } = await simulatedProject("moves", SOURCE, {
      hosts: 4,
      vms: 12,
      // Small VMs on an idle simulator: without a threshold, evenness alone is reason enough.
      config: { "vsphere-affinity:plan.gainThreshold": "0" },
    }));
    await crowd(vcenter);
  });
  after(() => vcenter?.stop());

  it("shows its waves in the preview, runs those that are due in the update, and the VMs run there", async () => {
    await program({ budget: { movesPerRun: 3 } });
    const preview = ok(await project.pulumi("preview", "--diff"));
    assert.match(preview.text, /due *: [1-9]/);
    const before = await hostsInVcenter();
    ok(await project.pulumi("up", "--yes", "--skip-preview"));
    const { executed, waves } = await outputs();
    assert.equal(executed.length, 3, JSON.stringify(executed));
    assert.ok(executed.every(({ result }) => result === "moved"));
    assert.deepEqual(waves, []);
    const after = await hostsInVcenter();
    const changed = [...after].filter(([id, host]) => before.get(id) !== host).map(([id]) => id);
    assert.deepEqual(changed.sort(), executed.map(({ id }) => id).sort());
    const actions = await new ActionLog(join(folder, "journal.duckdb.actions.ndjson")).actions();
    assert.deepEqual(
      actions.map(({ kind, subject, outcome, detail }) => [kind, outcome?.result, detail.to === after.get(subject)]),
      executed.map(() => ["relocate", "done", true]),
    );
  });

  it("keeps later waves for their window, and is content until then", async () => {
    const inTwoHours = new Date(Date.now() + 7_200_000);
    const recurrence = `FREQ=DAILY;BYHOUR=${inTwoHours.getUTCHours()};BYMINUTE=0`;
    await program({ budget: { movesPerRun: 2 }, windows: [{ recurrence, durationMinutes: 50 }] });
    const before = await hostsInVcenter();
    ok(await project.pulumi("up", "--yes", "--skip-preview"));
    const { waves, executed } = await outputs();
    assert.deepEqual(executed, []);
    assert.equal(waves.flatMap(({ moves }) => moves).length, 2);
    assert.ok(waves.every(({ startsAt }) => startsAt > Date.now() / 1000));
    assert.deepEqual(await hostsInVcenter(), before);
    ok(await project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes"));
  });

  it("stops at the day's budget", async () => {
    await program({ budget: { movesPerRun: 3, movesPerDay: 4 } });
    ok(await project.pulumi("up", "--yes", "--skip-preview"));
    assert.equal((await outputs()).executed.length, 1);
    const before = await hostsInVcenter();
    const preview = ok(await project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes"));
    assert.doesNotMatch(preview.text, /failed/);
    assert.deepEqual(await hostsInVcenter(), before);
  });

  it("names every bad input at once", async () => {
    await program({ budget: { movesPerRun: -1 }, windows: [{ recurrence: "nightly", durationMinutes: 0 }] });
    const bad = await project.pulumi("preview");
    assert.notEqual(bad.code, 0);
    for (const path of ["budget.movesPerRun", "windows[0].recurrence", "windows[0].durationMinutes"]) {
      assert.ok(bad.text.includes(path), `${path} in ${bad.text}`);
    }
    assert.doesNotMatch(bad.text, /at .*\.js:\d+/);
  });

  it("leaves the VMs where they are when it is destroyed", async () => {
    const before = await hostsInVcenter();
    await program({});
    ok(await project.pulumi("destroy", "--yes", "--skip-preview"));
    assert.deepEqual(await hostsInVcenter(), before);
  });
});
