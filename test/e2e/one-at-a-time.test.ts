import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ActionLog } from "../../engine/journal";
import { needs, type Vcenter } from "../testbed";
import { ok, type Project, repository, type Ran, run } from "./project";
import { crowd, simulatedProject } from "./simulated-project";

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
    ({ vcenter, project, folder, journal } = await simulatedProject("moves", SOURCE, {
      hosts: 4,
      vms: 12,
      delay: 250,
    }));
    await program(0);
    // Declared, so that an apply has something to look at, and nothing moved yet.
    ok(await project.pulumi("up", "--yes", "--skip-preview"));
    await program(6);
    await crowd(vcenter);
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
    await crowd(vcenter);
    const before = (await log().actions()).length;
    const [first, second] = await overlapping(apply, apply);
    assert.equal(first.code, 0, first.text);
    assertTurnedAway(second, /a scheduled run \(vsphere-affinity apply\) is acting on/);
    assert.equal(await movedOnce(before), 6);
  });

  it("an update while an apply acts waits for it, and then moves nothing that was moved", async () => {
    await crowd(vcenter);
    const before = (await log().actions()).length;
    const [applied, updated] = await overlapping(apply, () => project.pulumi("up", "--yes", "--skip-preview"));
    assert.equal(applied.code, 0, applied.text);
    ok(updated);
    assert.ok((await movedOnce(before)) >= 6);
  });
});
