import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ActionLog } from "../../../engine/journal";
import { isRuleThere, lastWord, logged, withActions } from "../../../provider/acting";
import { runMove, type PlannedMove } from "../../../provider/execution/move";
import { settleOpenActions } from "../../../provider/execution/settle";
import { parseSettings, type Settings } from "../../../provider/settings";
import { createVcenterActions, createVcenterInventory, type VcenterActions } from "../../../provider/vsphere";
import { temporaryFolder } from "../../testbed";
import {
  type Answer,
  type CannedCall,
  type CannedVcenter,
  type Certificate,
  type Handler,
  makeCertificate,
  PASSWORD,
  startCanned,
} from "../vsphere/canned";

const CLUSTER = "domain-c1";
const move = {
  vm: "web-1",
  id: "vm-1",
  from: "one",
  fromHostId: "host-1",
  to: "two",
  toHostId: "host-2",
} as unknown as PlannedMove;

const answer = (name: string, value: string) =>
  `<returnval><objects><obj type="Any">x</obj><propSet><name>${name}</name>${value}</propSet></objects></returnval>`;

/** A vCenter with one VM, on host-1 until it is told to move. */
class SmallVcenter {
  host = "host-1";
  moves = 0;
  gone = false;
  /** What becomes of the move: done, done with the answer lost, or lost before it was done. */
  mood: "well" | "answer lost" | "never arrives" = "well";

  readonly handlers: Record<string, Handler> = {
    CheckRelocate_Task: '<returnval type="Task">task-check</returnval>',
    RelocateVM_Task: ({ body }) => {
      if (this.mood !== "never arrives") {
        this.moves++;
        this.host = /<host type="HostSystem">([^<]*)/.exec(body)![1];
      }
      if (this.mood === "well") return '<returnval type="Task">task-move</returnval>';
      return { respond: (response) => void response.socket?.destroy() };
    },
    RetrievePropertiesEx: ({ body }) => {
      if (body.includes(">task-")) return answer("info", "<val><state>success</state></val>");
      if (this.gone) return { fault: "ManagedObjectNotFound" };
      if (body.includes("recentTask")) return "<returnval></returnval>";
      if (body.includes("runtime.host")) return answer("runtime.host", `<val type="HostSystem">${this.host}</val>`);
      return answer("parent", `<val type="ClusterComputeResource">${CLUSTER}</val>`);
    },
  };
}

describe("actions that a run left unfinished", () => {
  let certificate: Certificate;
  let canned: CannedVcenter;
  let world: SmallVcenter;
  let log: ActionLog;
  let settings: Settings;
  before(async () => (certificate = await makeCertificate()));
  beforeEach(async () => {
    world = new SmallVcenter();
    canned = await startCanned(certificate, world.handlers);
    const journal = join(await temporaryFolder(), "journal.duckdb");
    settings = parseSettings({ vcenter: canned.settings, journal }, "the test", {});
    log = new ActionLog(`${journal}.actions.ndjson`);
  });
  afterEach(() => canned.stop());

  async function within<T>(work: (actions: VcenterActions, source: string) => Promise<T>): Promise<T> {
    const inventory = createVcenterInventory(canned.settings, { retryDelayMs: 1 });
    return work(createVcenterActions(inventory), inventory.name).finally(() => inventory.close());
  }
  const intend = (source: string, what: object = {}) =>
    log.intend({
      at: 1,
      cluster: `${source}/${CLUSTER}`,
      owner: "p/s/n",
      kind: "relocate",
      subject: "vm-1",
      detail: { from: "host-1", to: "host-2", datastore: null },
      ...what,
    });
  const settle = () => within((actions, source) => settleOpenActions(log, actions, source, () => 2));
  const results = async () => (await log.actions()).map(({ outcome }) => outcome?.result ?? null);
  /** One move as a run does it, with the log that runs have. */
  const moved = () =>
    within((actions, source) => {
      const acting = {
        actions,
        logged: async <T>(what: { detail: Record<string, unknown> }, work: () => Promise<T>): Promise<T> => {
          await intend(source, { detail: what.detail });
          return work();
        },
      };
      return runMove(acting as never, CLUSTER, move, "defaultPriority");
    });

  it("a run killed between intent and act: the move failed, and a later run does it once", async () => {
    await within((_, source) => intend(source));
    await settle();
    assert.deepEqual(await results(), ["failed"]);
    assert.equal((await moved()).result, "moved");
    assert.equal(world.moves, 1);
  });

  it("a run killed between act and outcome: the move was done, and isn't done again", async () => {
    await within((_, source) => intend(source));
    world.host = "host-2";
    await settle();
    assert.deepEqual(await results(), ["done"]);
    assert.equal((await moved()).result, "already there");
    assert.equal(world.moves, 0);
  });

  it("an answer that was lost: the outcome stays open until the vCenter is asked, and nothing is sent twice", async () => {
    world.mood = "answer lost";
    assert.equal((await moved()).result, "failed");
    assert.deepEqual(await results(), [null]);
    assert.equal(canned.count("RelocateVM_Task"), 1);
    world.mood = "well";
    await settle();
    assert.deepEqual(await results(), ["done"]);
    assert.equal((await moved()).result, "already there");
    assert.equal(world.moves, 1);
  });

  it("a request that never arrived: not repeated blindly, settled as failed", async () => {
    world.mood = "never arrives";
    assert.equal((await moved()).result, "failed");
    assert.equal(canned.count("RelocateVM_Task"), 1);
    await settle();
    assert.deepEqual(await results(), ["failed"]);
    assert.equal(world.moves, 0);
  });

  it("a VM that was removed meanwhile doesn't keep later runs from acting", async () => {
    await within((_, source) => intend(source));
    world.gone = true;
    await settle();
    assert.deepEqual(await results(), ["failed"]);
  });

  it("says that a rule is the owner's only where adding it didn't fail, changed since or not", async () => {
    const word = async () => isRuleThere(lastWord(await log.actions(), "p/s/n", "vc", "r"));
    const rule = (kind: string) => intend("vc", { kind, subject: "r", detail: {} });
    const add = await rule("add-rule");
    assert.equal(await word(), true);
    await log.conclude({ id: add.id, at: 2, result: "failed" });
    assert.equal(await word(), false);
    await rule("add-rule");
    await rule("edit-rule");
    assert.equal(await word(), true);
    await rule("remove-rule");
    assert.equal(await word(), false);
  });

  it("a fault of a question while the task is under way leaves the outcome open", async () => {
    const relocate = world.handlers.RelocateVM_Task as (call: CannedCall) => Answer;
    const ask = world.handlers.RetrievePropertiesEx as (call: CannedCall) => Answer;
    const fault = { fault: "RuntimeFault" };
    const handlers: Record<string, Handler> = {
      ...world.handlers,
      RelocateVM_Task: relocate,
      RetrievePropertiesEx: (call) => (call.body.includes(">task-move<") ? fault : ask(call)),
    };
    await canned.stop();
    canned = await startCanned(certificate, handlers);
    const source = await within((_, name) => Promise.resolve(name));
    await within(async (actions) => {
      const what = { kind: "relocate", subject: "vm-1", cluster: `${source}/${CLUSTER}`, owner: "p/s/n" };
      const detail = { from: "host-1", to: "host-2", datastore: null };
      const act = () => actions.relocate("vm-1", "host-2");
      await assert.rejects(logged(log, { ...what, detail }, act), { code: "VCENTER_FAULT" });
    });
    assert.deepEqual(await results(), [null]);
    await settle();
    assert.deepEqual(await results(), ["done"]);
    assert.equal(world.moves, 1);
  });

  it("nothing that a user reads, nor the log, holds the password", async () => {
    world.mood = "answer lost";
    const outcome = await moved();
    assert.equal(outcome.result, "failed");
    const wrong = parseSettings(
      { vcenter: { ...canned.settings, server: "127.0.0.1:47" }, journal: settings.journal },
      "t",
      {},
    );
    const failure = await withActions(wrong, "p/s/n", () => Promise.resolve(), { waitSeconds: 0 }).then(
      () => assert.fail("nothing listens there"),
      (error: unknown) => error as { describe(): string; stack: string },
    );
    const said = [JSON.stringify(outcome), failure.describe(), failure.stack, await readFile(log.path, "utf8")];
    const journal = await readFile(settings.journal, "latin1");
    for (const text of [...said, journal]) assert.ok(!text.includes(PASSWORD), "it holds the password");
  });
});
