import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

  it("is empty where there is none, and reading makes no file", async () => {
    const journal = openJournal(path());
    assert.deepEqual(await journal.reservations("c"), []);
    assert.equal(await journal.loadPlan("d"), null);
    assert.equal(await journal.proposal("o"), null);
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
    const plan = planOf({ cluster: `it's "c"` });
    await journal.savePlan(plan);
    assert.deepEqual(await openJournal(path()).loadPlan(plan.digest), plan);
    const proposal = { request: "r", basis: "b", plan: plan.digest, proposedAt: 1_700_000_000 };
    await journal.propose(`o'; DROP TABLE plans; --`, proposal);
    assert.deepEqual(await journal.proposal(`o'; DROP TABLE plans; --`), proposal);
    assert.deepEqual(await journal.loadPlan(plan.digest), plan);
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
  });

  it("names a file that is no journal, and what to do", async () => {
    await writeFile(path(), "this is not a database, however long it may be ".repeat(200));
    await assert.rejects(openJournal(path()).reservations("c"), { code: "JOURNAL_UNUSABLE" });
  });
});
