import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Runs `work` while no other process of this machine holds the lock file. A
 * lock whose holder has died is taken over.
 */
export async function withLock<T>(path: string, purpose: string, work: () => Promise<T>): Promise<T> {
  const mine = `${process.pid} ${hostname()} ${purpose}\n`;
  for (let waited = 0; ; waited++) {
    try {
      await writeFile(path, mine, { flag: "wx" });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = await readFile(path, "utf8").catch(() => "");
    if (isDead(holder)) {
      await discard(path, holder);
      continue;
    }
    if (waited % 40 === 4) process.stderr.write(`${purpose}: waits for process ${holder.trim() || "?"}\n`);
    await sleep(500);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

function isDead(holder: string): boolean {
  const [pid, host] = holder.split(" ");
  if (!pid || host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Moves a dead holder's lock away; if another process was faster and holds it anew, puts that one back. */
async function discard(path: string, holder: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch {
    return; // another process moved it
  }
  if ((await readFile(aside, "utf8")) === holder) await rm(aside);
  else await rename(aside, path);
}
