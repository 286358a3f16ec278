import assert from "node:assert/strict";
import { appendFile, chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AffinityError } from "../../../engine/errors";
import { ActionLog } from "../../../engine/journal";

describe("action log", () => {
  let folder: string;
  let log: ActionLog;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "action-log-"));
    log = new ActionLog(join(folder, "deep", "actions.ndjson"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const relocate = (subject: string) => ({
    at: 1_700_000_000,
    cluster: "vc/domain-c1",
    owner: "stack",
    kind: "relocate",
    subject,
    detail: { from: "host-1", to: "host-2" },
  });

  it("holds each intent with its outcome, in order, and tells those that are open", async () => {
    assert.deepEqual(await log.actions(), []);
    const first = await log.intend(relocate("vm-1"));
    const second = await log.intend(relocate("vm-2"));
    await log.conclude({ id: first.id, at: 1_700_000_060, result: "done", text: "runs on host-2" });
    const actions = await log.actions();
    assert.deepEqual(
      actions.map(({ subject, outcome }) => [subject, outcome?.result ?? null]),
      [
        ["vm-1", "done"],
        ["vm-2", null],
      ],
    );
    assert.deepEqual(
      (await log.open()).map(({ id }) => id),
      [second.id],
    );
  });

  it("survives what a crash leaves of a line, and every line after it", async () => {
    const first = await log.intend(relocate("vm-1"));
    const whole = await readFile(log.path, "utf8");
    await appendFile(log.path, '{"intent":{"id":"x","at":17000');
    const second = await log.intend(relocate("vm-2"));
    await log.conclude({ id: second.id, at: 1_700_000_001, result: "failed", text: "" });
    assert.deepEqual(
      (await log.actions()).map(({ id, outcome }) => [id, outcome?.result ?? null]),
      [
        [first.id, null],
        [second.id, "failed"],
      ],
    );
    for (let cut = 0; cut < whole.length; cut += 7) {
      await writeFile(log.path, whole.slice(0, cut));
      assert.ok((await log.actions()).length <= 1);
    }
  });

  it("holds what many writers append at once", async () => {
    const writers = Array.from({ length: 20 }, () => new ActionLog(log.path));
    await Promise.all(writers.map((writer, i) => writer.intend(relocate(`vm-${i}`))));
    const subjects = new Set((await log.actions()).map(({ subject }) => subject));
    assert.equal(subjects.size, 20);
  });

  it("refuses by name where it cannot be written: then nothing may be done", async () => {
    const blocked = new ActionLog(join(folder, "file", "actions.ndjson"));
    await writeFile(join(folder, "file"), "");
    await chmod(join(folder, "file"), 0o600);
    await assert.rejects(blocked.intend(relocate("vm-1")), (error: AffinityError) => {
      assert.equal(error.code, "JOURNAL_UNUSABLE");
      assert.match(error.message, /actions\.ndjson/);
      return true;
    });
  });
});
