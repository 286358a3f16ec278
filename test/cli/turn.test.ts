import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { clearStaleLocks } from "../../cli/quickstart/stack-lock";
import { withTurn } from "../../cli/quickstart/turn";
import { AffinityError } from "../../engine/errors";
import { temporaryFolder } from "../testbed";

/** Of a process that has ended. */
const ended = () => spawnSync(process.execPath, ["--version"]).pid;
const withCode = (code: string) => (error: unknown) => error instanceof AffinityError && error.code === code;

describe("a quickstart's turn in its folder", () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = join(await temporaryFolder(), "data");
    file = join(folder, "running.json");
  });

  it("is one's own, and given back whether the work ends well or not", async () => {
    const result = await withTurn(folder, async () => {
      assert.deepEqual(JSON.parse(await readFile(file, "utf8")), { pid: process.pid, host: hostname() });
      await assert.rejects(
        withTurn(folder, async () => assert.fail("not alone")),
        (error: unknown) => {
          assert.ok(withCode("QUICKSTART_BUSY")(error));
          assert.ok((error as Error).message.includes(`process ${process.pid}`));
          return true;
        },
      );
      assert.ok(existsSync(file), "who was refused took nothing away");
      return 7;
    });
    assert.equal(result, 7);
    assert.ok(!existsSync(file));
    await assert.rejects(
      withTurn(folder, () => Promise.reject(new Error("failed"))),
      /failed/,
    );
    assert.ok(!existsSync(file));
  });

  it("is taken over from a run that was killed, and from a file cut short", async () => {
    await mkdir(folder);
    for (const left of [JSON.stringify({ pid: ended(), host: hostname() }), '{"pid":', ""]) {
      await writeFile(file, left);
      assert.equal(await withTurn(folder, () => Promise.resolve(true)), true);
    }
  });

  it("is not taken from another machine's run, which nobody here can look at", async () => {
    await mkdir(folder);
    await writeFile(file, JSON.stringify({ pid: ended(), host: "another" }));
    await assert.rejects(
      withTurn(folder, () => Promise.resolve()),
      withCode("QUICKSTART_BUSY"),
    );
  });

  it("can't be had in a folder that is none", async () => {
    await writeFile(folder, "a file");
    await assert.rejects(
      withTurn(folder, () => Promise.resolve()),
      withCode("QUICKSTART_FOLDER"),
    );
  });
});

describe("locks of Pulumi's file backend", () => {
  let state: string;
  let path: string;
  beforeEach(async () => {
    state = await temporaryFolder();
    const folder = join(state, ".pulumi", "locks", "organization", "project", "stack");
    await mkdir(folder, { recursive: true });
    path = join(folder, "273954ff.json");
  });
  const lock = (pid: number, host = hostname()) =>
    writeFile(path, JSON.stringify({ pid, username: "u", hostname: host, timestamp: "2026-03-01T00:00:00Z" }));

  it("are removed where their process is gone, with what belongs to them", async () => {
    const pid = ended();
    await lock(pid);
    await writeFile(`${path}.attrs`, "{}");
    const removed = await clearStaleLocks(state);
    assert.equal(removed.length, 1);
    assert.ok(removed[0].includes(String(pid)));
    assert.ok(!existsSync(path) && !existsSync(`${path}.attrs`));
  });

  it("stay where it is still there, or on another machine, and the error names it", async () => {
    for (const set of [() => lock(process.pid), () => lock(ended(), "another")]) {
      await set();
      await assert.rejects(clearStaleLocks(state), withCode("STACK_LOCKED"));
      assert.ok(existsSync(path));
    }
  });

  it("are none where there is no backend yet, and one that can't be read is left to Pulumi", async () => {
    assert.deepEqual(await clearStaleLocks(join(state, "absent")), []);
    await writeFile(path, "not JSON");
    assert.deepEqual(await clearStaleLocks(state), []);
    assert.ok(existsSync(path));
  });
});
