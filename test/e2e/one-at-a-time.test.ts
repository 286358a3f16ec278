import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ActionLog } from "../../engine/journal";
import type { VcenterSettings } from "../../provider/settings";
import { createVcenterActions, createVcenterInventory } from "../../provider/vsphere";
import { needs, startVcenter, temporaryFolder, type Vcenter } from "../testbed";
import { ok, type Project, projectIn, repository, type Ran, run } from "./project";

const SOURCE = `
const { MigrationSchedule } = require("pulumi-vsphere-affinity/provider");
new MigrationSchedule("nightly", require("./args.json"));`;

/** Of a slow vCenter: whoever moves VMs takes long enough for another to come by. */
describe("runs that would act at the same time, on the simulator", function () {
  this.timeout(300_000);
  needs("pulumi", "vcenter");

  let vcenter: Vcenter;
  let project: Project;
  let folder: string;
  let journal: string;

  const settings = (): VcenterSettings => ({
    ...{ server: vcenter.server, user: vcenter.user, password: vcenter.password },
    ...{ insecure: false, caFile: vcenter.certificate, timeoutSeconds: 30 },
  });
  const log = () => new ActionLog(`${journal}.actions.ndjson`);
  const apply = (): Promise<Ran> =>
    run(process.execPath, [join(repository, "dist/cli/main.js"), "apply", "--json", "--journal", journal], folder, {
      ...process.env,
      ...{ VSPHERE_SERVER: vcenter.server, VSPHERE_USER: vcenter.user, VSPHERE_PASSWORD: vcenter.password },
      VSPHERE_ALLOW_UNVERIFIED_SSL: "true",
    });

  const program = (movesPerRun: number) =>
    writeFile(
      join(folder, "args.json"),
      JSON.stringify({
        ...{ cluster: "DC0_C0", settings: { gainThreshold: 0 } },
        budget: { movesPerRun, movesPerDay: 100, concurrency: 1 },
      }),
    );

  /** All VMs of the cluster on one host: there is something to do. */
  async function crowd(): Promise<void> {
    const inventory = createVcenterInventory(settings());
    try {
      const { clusters, hosts, virtualMachines } = await inventory.snapshot();
      const [host] = hosts.filter((item) => item.cluster === clusters[0].id);
      const actions = createVcenterActions(inventory);
      const elsewhere = virtualMachines.filter((vm) => vm.cluster === clusters[0].id && vm.host !== host.id);
      await Promise.all(elsewhere.map((vm) => actions.relocate(vm.id, host.id)));
    } finally {
      await inventory.close();
    }
  }

  /** Resolves when a move is under way beyond the first `known` actions. */
  async function acting(known: number, ended: () => boolean): Promise<void> {
    while (!ended()) {
      const actions = await log().actions();
      if (actions.slice(known).some(({ outcome }) => outcome === null)) return;
      await sleep(50);
    }
    throw new Error("the run ended before it was seen to act");
  }

  /** Runs both, the second as soon as the first acts. */
  async function overlapping(first: () => Promise<Ran>, second: () => Promise<Ran>): Promise<[Ran, Ran]> {
    const known = (await log().actions()).length;
    let over = false;
    const running = first().finally(() => (over = true));
    await acting(known, () => over);
    const other = await second();
    return [await running, other];
  }

  async function movedOnce(since: number): Promise<number> {
    const actions = (await log().actions()).slice(since).filter(({ kind }) => kind === "relocate");
    assert.ok(actions.every(({ outcome }) => outcome?.result === "done"));
    assert.equal(new Set(actions.map(({ subject }) => subject)).size, actions.length, "no VM was moved twice");
    return actions.length;
  }

  before(async () => {
    vcenter = await startVcenter({ hosts: 4, vms: 12, delay: 250 });
    folder = await temporaryFolder();
    journal = join(folder, "journal.duckdb");
    const runtime = "runtime:\n  name: nodejs\n  options: { typescript: false }\n";
    await writeFile(join(folder, "Pulumi.yaml"), `name: moves\nmain: index.js\n${runtime}`);
    await writeFile(join(folder, "package.json"), '{ "name": "moves", "version": "0.0.1", "main": "index.js" }');
    await writeFile(join(folder, "index.js"), SOURCE);
    await program(0);
    project = await projectIn(folder);
    ok(await project.pulumi("stack", "init", "one"));
    await project.configure({
      "vsphere-affinity:vcenter.server": vcenter.server,
      "vsphere-affinity:vcenter.user": vcenter.user,
      "vsphere-affinity:vcenter.password": vcenter.password,
      "vsphere-affinity:vcenter.caFile": vcenter.certificate,
      "vsphere-affinity:journal": journal,
    });
    // Declared, so that an apply has something to look at, and nothing moved yet.
    ok(await project.pulumi("up", "--yes", "--skip-preview"));
    await program(6);
    await crowd();
  });
  after(() => vcenter?.stop());

  const assertTurnedAway = ({ code, text }: Ran, who: RegExp) => {
    assert.equal(code, 1, text);
    assert.match(text, /LEASE_HELD/);
    assert.match(text, who);
    assert.match(text, /nothing was done/);
  };

  it("an apply while an update moves VMs does nothing and says who acts", async () => {
    const up = () => project.pulumi("up", "--yes", "--skip-preview");
    const [updated, applied] = await overlapping(up, apply);
    ok(updated);
    assertTurnedAway(applied, /moves\/one\/nightly is acting on/);
    assert.equal(await movedOnce(0), 6);
  });

  it("of two applies one acts, and the other says who does", async () => {
    await crowd();
    const before = (await log().actions()).length;
    const [first, second] = await overlapping(apply, apply);
    assert.equal(first.code, 0, first.text);
    assertTurnedAway(second, /a scheduled run \(vsphere-affinity apply\) is acting on/);
    assert.equal(await movedOnce(before), 6);
  });

  it("an update while an apply acts waits for it, and then moves nothing that was moved", async () => {
    await crowd();
    const before = (await log().actions()).length;
    const [applied, updated] = await overlapping(apply, () => project.pulumi("up", "--yes", "--skip-preview"));
    assert.equal(applied.code, 0, applied.text);
    ok(updated);
    assert.ok((await movedOnce(before)) >= 6);
  });
});
