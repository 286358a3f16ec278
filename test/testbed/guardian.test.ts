import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** Runs a process that starts a server and stops nothing; resolves when that process has ended. */
async function forget(signal?: NodeJS.Signals): Promise<{ port: number; folder: string }> {
  const args = [join(__dirname, "fixtures", "forgetful.js"), ...(signal ? ["--stay"] : [])];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const started = JSON.parse(line) as { port: number; folder: string };
  if (signal) {
    assert.ok((await answers(started.port)) && existsSync(started.folder));
    child.kill(signal);
  }
  await exit;
  return started;
}

// Its process id would tell less: a killed orphan keeps it until the machine's first process takes notice.
function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}`).then(
    () => true,
    () => false,
  );
}

describe("guardian", () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL", undefined] as const)
    it(`leaves no server and no folder behind after ${signal ?? "an end without stop()"}`, async () => {
      const { port, folder } = await forget(signal);
      while ((await answers(port)) || existsSync(folder)) await sleep(20); // mocha's timeout is the failure
    });
});
