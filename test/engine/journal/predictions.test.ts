import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { openJournal, PredictionLog } from "../../../engine/journal";

describe("prediction log", () => {
  let folder: string;
  const path = () => join(folder, "journal.duckdb");
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "predictions-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const failure = (subject: string, at: number, value: number) => ({
    model: "failure 1",
    cluster: "vc/c1",
    subject,
    at,
    due: at + 86_400,
    value,
    unit: "probability",
    event: "failure" as const,
    bound: null,
  });

  it("keeps what was said beside what came true, and counts an instant once", async () => {
    const log = new PredictionLog(path());
    assert.deepEqual(await log.predictions("vc/c1"), []);
    await log.record([failure("host-1", 0, 0.2), failure("host-2", 0, 0.4), failure("host-1", 86_400, 0.3)]);
    await log.record([failure("host-1", 0, 0.9)]);
    await log.settle("vc/c1", 90_000, ({ subject }) => (subject === "host-1" ? 1 : null));
    assert.deepEqual(
      (await log.predictions("vc/c1")).map(({ subject, at, value, outcome }) => [subject, at, value, outcome]),
      [
        ["host-1", 0, 0.2, 1],
        ["host-2", 0, 0.4, null],
        ["host-1", 86_400, 0.3, null],
      ],
    );
    assert.equal((await log.predictions("vc/c2")).length, 0);
    assert.equal((await log.predictions("vc/c1", 1)).length, 1);
  });

  it("holds thousands, and names that look like SQL", async () => {
    const log = new PredictionLog(path());
    const rows = Array.from({ length: 2_345 }, (_, i) =>
      failure(`host'); DROP TABLE predictions; -- ${i}`, 0, i / 1e4),
    );
    await log.record(rows);
    assert.equal((await log.predictions("vc/c1")).length, rows.length);
  });

  it("keeps of contention what must be passed and whose demand was meant, until the last of it is judged", async () => {
    const log = new PredictionLog(path());
    const said = { ...failure("host-1", 0, 0.2), model: "cpu@1h", event: "cpu contention" as const, bound: 800 };
    await log.record([said, { ...said, subject: "host-2" }], { "host-1": ["vm-1"], "host-2": [] });
    assert.deepEqual((await log.predictions("vc/c1"))[0], { ...said, outcome: null });
    await log.settle("vc/c1", 90_000, ({ subject }) => (subject === "host-1" ? 0 : null));
    assert.deepEqual([...(await log.placements("vc/c1", 0))], [[0, { "host-1": ["vm-1"], "host-2": [] }]]);
    await log.settle("vc/c1", 90_000, () => 1);
    assert.equal((await log.placements("vc/c1", 0)).size, 0);
  });

  it("judged: of each model the newest, in order; three months are kept", async () => {
    const log = new PredictionLog(path());
    const day = 86_400;
    await log.record(Array.from({ length: 10 }, (_, i) => failure("host-1", i * day, i / 10)));
    await log.settle("vc/c1", 5 * day, () => 1);
    assert.deepEqual(
      (await log.judged("vc/c1", 3)).map(({ at }) => at / day),
      [2, 3, 4],
    );
    await log.record([failure("host-1", 95 * day, 0.5)]);
    assert.deepEqual(
      (await log.predictions("vc/c1")).map(({ at }) => at / day),
      [4, 5, 6, 7, 8, 9, 95],
    );
  });

  it("a journal of an earlier version is read, and goes on", async () => {
    const instance = await DuckDBInstance.create(path());
    const db = await instance.connect();
    await db.run(`CREATE TABLE predictions (
      model VARCHAR NOT NULL, cluster VARCHAR NOT NULL, subject VARCHAR NOT NULL, said_at BIGINT NOT NULL, due BIGINT NOT NULL,
      value DOUBLE NOT NULL, unit VARCHAR NOT NULL, outcome DOUBLE, PRIMARY KEY (model, cluster, subject, said_at))`);
    await db.run("INSERT INTO predictions VALUES ('m', 'vc/c1', 'host-1', 0, 10, 0.25, 'probability', 1)");
    db.closeSync();
    instance.closeSync();
    const log = new PredictionLog(path());
    const old = { model: "m", cluster: "vc/c1", subject: "host-1", at: 0, due: 10, value: 0.25, unit: "probability" };
    const [said] = await log.judged("vc/c1", 5);
    assert.deepEqual(said, { ...old, outcome: 1, event: "failure", bound: null });
    await log.record([failure("host-2", 0, 0.5)]);
    assert.equal((await log.predictions("vc/c1")).length, 2);
  });

  it("answers the risk of a VM by its id, newest run only, beside the plans of the same file", async () => {
    const log = new PredictionLog(path());
    assert.equal((await log.risks("vc/c1")).size, 0);
    const at = 1_700_000_000;
    await log.saveRisks("vc/c1", [
      { subject: "vm-1", score: 0.25, evidence: "its database fails with it", at },
      { subject: "vm-2", score: 0.01, evidence: "", at },
    ]);
    await openJournal(path()).release("nobody");
    await log.saveRisks("vc/c1", [{ subject: "vm-1", score: 0.5, evidence: "", at: at + 900 }]);
    const risks = await log.risks("vc/c1");
    assert.deepEqual([...risks.keys()], ["vm-1"]);
    assert.equal(risks.get("vm-1")?.score, 0.5);
  });
});
