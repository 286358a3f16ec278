import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
