import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ActionLog } from "../../../engine/journal";
import { checkPreparation } from "../../../provider/preparation/check";
import { applyPreparation, removePreparation } from "../../../provider/preparation/lifecycle";
import { reconcile } from "../../../provider/reconcile/reconcile";
import { parseSettings, type Settings } from "../../../provider/settings";
import { openInventory } from "../../../provider/world";
import { needs, startVcenter, temporaryFolder, type Vcenter } from "../../testbed";
import { writeRequests } from "./requests";

const CHILD = join(__dirname, "prepare-in-child.js");
const POOL = "affinity shop one killed";

describe("a run killed while it prepares hosts, on the simulator", function () {
  this.timeout(240_000);
  needs("vcenter");

  let vcenter: Vcenter;
  let settings: Settings;
  const clock = Math.floor(Date.now() / 60_000) * 60;
  const inputs = {
    ...{ owner: "shop/one/killed", cluster: "DC0_C0", application: "backup", hosts: 2 },
    reserve: { cpuMhz: 500, memoryMib: 256, datastoreGib: 1 },
  };

  before(async () => {
    vcenter = await startVcenter({ hosts: 3, vms: 2 });
  });
  beforeEach(async () => {
    const folder = await temporaryFolder();
    const requests = join(folder, "requests.ndjson");
    await writeRequests(requests, clock - 240);
    const { server, user, password, certificate: caFile } = vcenter;
    const raw = { vcenter: { server, user, password, caFile }, journal: join(folder, "journal.duckdb"), requests };
    settings = parseSettings(raw, "the test", {});
  });
  after(() => vcenter?.stop());

  const log = () => new ActionLog(`${settings.journal}.actions.ndjson`).actions();

  async function ours(): Promise<string[]> {
    const inventory = openInventory(settings);
    const { resourcePools, virtualMachines } = await inventory.snapshot();
    await inventory.close();
    return [...resourcePools, ...virtualMachines].map(({ name }) => name).filter((name) => name.startsWith("affinity"));
  }

  /** Kills a run as soon as so many intents of that kind stand in the log, and `later` milliseconds after. */
  async function killedAt(kind: string, count: number, later: number): Promise<void> {
    const child: ChildProcess = spawn(process.execPath, [CHILD, JSON.stringify([settings, inputs, clock])], {
      stdio: "ignore",
    });
    const ended = once(child, "exit");
    const isReached = async () => (await log()).filter((action) => action.kind === kind).length >= count;
    while (child.exitCode === null && !(await isReached())) await sleep(2);
    await sleep(later);
    child.kill("SIGKILL");
    await ended;
  }

  const MOMENTS = [
    ["create-pool", 1, 0],
    ["create-placeholder", 1, 0],
    ["probe", 1, 0],
    ["probe", 1, 150],
    ["probe", 2, 60],
  ] as const;
  for (const [kind, count, later] of MOMENTS) {
    const when = `at ${kind} ${count}${later ? `, ${later} ms on` : ""}`;

    it(`${when}: the next run ends as if nothing had been, and leaves nothing when it goes`, async () => {
      await killedAt(kind, count, later);
      const news = await checkPreparation({}, inputs, settings, clock);
      const state = await applyPreparation({}, news, settings, clock);
      assert.deepEqual((await ours()).sort(), [POOL, `${POOL} DC0_C0 LocalDS_0`]);
      await removePreparation(state, settings);
      assert.deepEqual(await ours(), []);
      const open = (await log()).filter(({ outcome }) => outcome === null);
      assert.deepEqual(open, []);
    });

    it(`${when}: a scheduled run leaves nothing that has no resource`, async () => {
      await killedAt(kind, count, later);
      const found = await reconcile(settings, { dryRun: false, now: () => clock });
      assert.deepEqual(await ours(), [], JSON.stringify(found));
    });
  }
});
