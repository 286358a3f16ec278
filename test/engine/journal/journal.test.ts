import assert from "node:assert/strict";
import { type ChildProcess, execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import type { AffinityError } from "../../../engine/errors";
import { DuckDBInstance } from "@duckdb/node-api";
import { openJournal } from "../../../engine/journal";
import { planOf } from "../../support/plans";

describe("journal", function () {
  this.timeout(60_000);
  let folder: string;
  const path = () => join(folder, "journal.duckdb");

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "journal-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const room = (owner: string, virtualMachine: string, host = "host-1") => ({
    owner,
    virtualMachine,
    host,
    vcpus: 2,
    memoryMb: 4096.5,
  });

  const proposalOf = (plan: string) => ({
    request: "r",
    partial: false,
    basis: "b",
    plan,
    proposedAt: 1_700_000_000,
    known: [],
  });

  it("is empty where there is none, and reading makes no file", async () => {
    const journal = openJournal(path());
    assert.deepEqual(await journal.reservations("c"), []);
    assert.equal(await journal.loadPlan("d"), null);
    assert.equal(await journal.latestPlan("c"), null);
    assert.equal(await journal.proposal("o"), null);
    await journal.release("o");
    assert.deepEqual(await readdir(folder), []);
  });

  it("keeps room per owner: replaced as a whole, seen by the others, released with its owner", async () => {
    const journal = openJournal(path());
    await journal.reserve("c1", "a", [room("a", "vm-2"), room("a", "vm-1")]);
    await journal.reserve("c1", "b", [room("b", "vm-3")]);
    await journal.reserve("c2", "z", [room("z", "vm-9")]);
    assert.deepEqual(await journal.reservations("c1", "b"), [room("a", "vm-1"), room("a", "vm-2")]);
    await journal.reserve("c1", "a", [room("a", "vm-4")]);
    assert.deepEqual(await journal.reservations("c1"), [room("a", "vm-4"), room("b", "vm-3")]);
    await journal.release("a");
    assert.deepEqual(await journal.reservations("c1"), [room("b", "vm-3")]);
  });

  it("gives back plans and proposals as they were, names with quotes among them", async () => {
    const journal = openJournal(path());
    const owner = `o'; DROP TABLE shown; --`;
    const plan = planOf({ cluster: `it's "c"` });
    await journal.savePlan(plan);
    assert.deepEqual(await openJournal(path()).loadPlan(plan.digest), plan);
    const proposal = { ...proposalOf(plan.digest), known: [room("b", "vm-2")] };
    await journal.propose(owner, proposal);
    assert.deepEqual(await journal.proposal(owner), proposal);
    assert.equal(await journal.proposal("other"), null);
    await journal.release(owner);
    assert.equal(await journal.proposal(owner), null);
    assert.deepEqual(await journal.loadPlan(plan.digest), plan);
  });

  it("gives the plan that was saved last for a cluster of one vCenter", async () => {
    const journal = openJournal(path());
    const later = planOf({ asOf: 1_700_003_600 });
    const last = planOf({ asOf: 1_700_000_000 });
    await journal.savePlan(later);
    await journal.savePlan(last);
    const elsewhere = { ...planOf(), source: "other.example.com", digest: "d2" };
    await journal.savePlan(elsewhere);
    assert.deepEqual(await journal.latestPlan("vcenter.example.com/c"), last);
    assert.deepEqual(await journal.latestPlan("other.example.com/c"), elsewhere);
    assert.equal(await journal.latestPlan("c"), null);
    await journal.savePlan(later);
    assert.deepEqual(await journal.latestPlan("vcenter.example.com/c"), later, "saved again, it is the last");
  });

  it("forgets the oldest of a cluster's plans, but none that is still proposed", async () => {
    const journal = openJournal(path(), { plansKept: 2 });
    const [shown, ...others] = Array.from({ length: 4 }, (_, i) => planOf({ asOf: 1_700_000_000 + i }));
    await journal.savePlan(shown);
    await journal.propose("o", proposalOf(shown.digest));
    for (const plan of others) await journal.savePlan(plan);
    assert.deepEqual(await journal.loadPlan(shown.digest), shown);
    const kept = await Promise.all(others.map(async ({ digest }) => (await journal.loadPlan(digest)) !== null));
    assert.deepEqual(kept, [false, true, true]);
  });

  it("does not promise a host on which others were promised room that nobody reckoned with", async () => {
    const journal = openJournal(path());
    await journal.reserve("c", "a", [room("a", "vm-1", "host-1"), room("a", "vm-2", "host-2")]);
    const knows = ({ virtualMachine }: { virtualMachine: string }) => virtualMachine === "vm-1";
    await journal.reserve("c", "b", [room("b", "vm-3", "host-1"), room("b", "vm-4", "host-3")], knows);
    const taken = journal.reserve("c", "b", [room("b", "vm-3", "host-2")], knows);
    await assert.rejects(taken, (error: AffinityError) => {
      assert.equal(error.code, "ROOM_TAKEN");
      assert.deepEqual(error.problems, [{ path: "host-2", message: "vm-2 of a" }]);
      return true;
    });
    assert.deepEqual(
      (await journal.reservations("c", "a")).map(({ virtualMachine }) => virtualMachine),
      ["vm-3", "vm-4"],
      "what it had is still its own",
    );
  });

  it("loses nothing when several of one process write at once", async () => {
    const owners = Array.from({ length: 12 }, (_, i) => `o-${i}`);
    await Promise.all(owners.map((owner) => openJournal(path()).reserve("c", owner, [room(owner, owner)])));
    assert.equal((await openJournal(path()).reservations("c")).length, owners.length);
  });

  it("waits for its turn while other processes write", async () => {
    const worker = join(folder, "worker.js");
    const module = join(__dirname, "../../../engine/journal");
    await writeFile(
      worker,
      `const { openJournal } = require(${JSON.stringify(module)});
       (async () => {
         const journal = openJournal(${JSON.stringify(path())});
         for (let i = 0; i < 5; i++) {
           const owner = process.argv[2] + i;
           await journal.reserve("c", owner, [{ owner, virtualMachine: owner, host: "h", vcpus: 1, memoryMb: 1 }]);
         }
       })().catch((error) => { console.error(error); process.exitCode = 1; });`,
    );
    const children = ["a", "b", "c"].map((name) => fork(worker, [name]));
    const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0] as number));
    assert.deepEqual(codes, [0, 0, 0]);
    assert.equal((await openJournal(path()).reservations("c")).length, 15);
    assert.deepEqual((await readdir(folder)).sort(), ["journal.duckdb", "worker.js"], "no draft is left behind");
  });

  /** A process of its own that reserves two VMs for one owner after another, until it is killed. */
  async function writer(): Promise<ChildProcess> {
    const script = join(folder, "endless.js");
    await writeFile(
      script,
      `const { openJournal } = require(${JSON.stringify(join(__dirname, "../../../engine/journal"))});
       (async () => {
         const journal = openJournal(${JSON.stringify(path())});
         const room = (owner, virtualMachine) => ({ owner, virtualMachine, host: "h", vcpus: 1, memoryMb: 1 });
         for (let i = 0; ; i++) {
           const owner = process.pid + "-" + i;
           await journal.reserve("c", owner, [room(owner, "first"), room(owner, "second")]);
           process.send(i);
         }
       })().catch((error) => { process.send(error.describe ? error.describe() : String(error)); process.exit(1); });`,
    );
    return fork(script);
  }

  it("is whole after its writers were killed, whenever that was", async () => {
    let acknowledged = 0;
    for (const delay of [0, 3, 7, 11, 16, 23]) {
      const child = await writer();
      child.on("message", () => acknowledged++);
      await once(child, "message");
      await setTimeout(delay);
      child.kill("SIGKILL");
      await once(child, "close");
    }
    const journal = openJournal(path());
    const owners = (await journal.reservations("c")).map(({ owner }) => owner);
    assert.ok(owners.length / 2 >= acknowledged, "what was acknowledged is there");
    assert.equal(owners.length, 2 * new Set(owners).size, "no owner has half of its room");
    await journal.reserve("c", "after", [room("after", "vm-1")]);
    assert.equal((await journal.reservations("c")).length, owners.length + 1);
  });

  it("says that its disk is full, and keeps what it had", async () => {
    await openJournal(path()).reserve("c", "a", [room("a", "vm-1")]);
    const script = join(folder, "fill.js");
    await writeFile(
      script,
      `const { openJournal } = require(${JSON.stringify(join(__dirname, "../../../engine/journal"))});
       const many = Array.from({ length: 20000 }, (_, i) => ({ vm: "x".repeat(200) + i }));
       const plan = { digest: "d", source: "s", cluster: { id: "c" }, many };
       openJournal(${JSON.stringify(path())}).savePlan(plan).then(
         () => process.exit(9),
         (error) => { process.stdout.write(error.describe()); });`,
    );
    // A limit on the size of files, in blocks of 512 bytes or more, stands for the disk's end.
    const { stdout } = await promisify(execFile)("sh", [
      "-c",
      'ulimit -f 2048; exec "$0" "$1"',
      process.execPath,
      script,
    ]);
    assert.match(stdout, /no room for the journal .*\[JOURNAL_FULL\]/);
    assert.deepEqual(await openJournal(path()).reservations("c"), [room("a", "vm-1")]);
  });

  it("can be read where nothing can be written, and says so of a write", async () => {
    await writeFile(join(folder, "file"), "");
    const journal = openJournal(join(folder, "file", "journal.duckdb"));
    assert.deepEqual(await journal.reservations("c"), []);
    await assert.rejects(journal.reserve("c", "a", [room("a", "vm-1")]), { code: "JOURNAL_UNUSABLE" });
  });

  it("takes what a journal of an earlier version lacks for empty, and keeps what it has", async () => {
    const instance = await DuckDBInstance.create(path());
    const db = await instance.connect();
    await db.run(
      "CREATE TABLE reservations (cluster VARCHAR, owner VARCHAR, virtual_machine VARCHAR, host VARCHAR, vcpus INTEGER, memory_mb DOUBLE)",
    );
    await db.run("INSERT INTO reservations VALUES ('c', 'a', 'vm-1', 'host-1', 2, 4096.5)");
    db.closeSync();
    instance.closeSync();
    const journal = openJournal(path());
    assert.equal(await journal.proposal("a"), null);
    assert.equal(await journal.loadPlan("d"), null);
    assert.deepEqual(await journal.reservations("c"), [room("a", "vm-1")]);
    const plan = planOf();
    await journal.savePlan(plan);
    assert.deepEqual(await journal.loadPlan(plan.digest), plan);
  });

  it("names a file that is no journal, and what to do", async () => {
    await writeFile(path(), "this is not a database, however long it may be ".repeat(200));
    await assert.rejects(openJournal(path()).reservations("c"), { code: "JOURNAL_UNUSABLE" });
  });
});
