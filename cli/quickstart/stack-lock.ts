import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { AffinityError } from "../../engine/errors";
import { isRunning } from "./turn";

/** What Pulumi's file backend writes into a lock. */
interface StackLock {
  readonly pid: number;
  readonly hostname: string;
  readonly timestamp: string;
}

/**
 * Removes the locks that Pulumi processes left in a file backend when they were killed, for Pulumi itself refuses the
 * stack for ever after.
 * @param state the backend's folder
 * @returns what was removed, a line each
 * @throws AffinityError STACK_LOCKED where a process that holds one is still there.
 */
export async function clearStaleLocks(state: string): Promise<string[]> {
  const removed: string[] = [];
  for (const path of await lockFiles(join(state, ".pulumi", "locks"))) {
    const lock = await readLock(path);
    if (!lock) continue;
    if (isRunning({ pid: lock.pid, host: lock.hostname })) {
      throw new AffinityError({
        code: "STACK_LOCKED",
        message: `the stack is locked by Pulumi's process ${lock.pid} on ${lock.hostname}, since ${lock.timestamp}`,
        hint: `a run that was killed may have left it at work: wait for it to end, or end it (kill ${lock.pid}), and start again`,
      });
    }
    await rm(path, { force: true });
    await rm(`${path}.attrs`, { force: true });
    removed.push(`removed the lock of a Pulumi run that was killed (process ${lock.pid}, ${lock.timestamp})`);
  }
  return removed;
}

async function lockFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return [];
  }
}

/** Undefined for what is no lock that this version of Pulumi writes: Pulumi then says itself what is wrong with it. */
async function readLock(path: string): Promise<StackLock | undefined> {
  try {
    const { pid, hostname, timestamp } = JSON.parse(await readFile(path, "utf8")) as Partial<StackLock>;
    if (typeof pid !== "number" || typeof hostname !== "string") return undefined;
    return { pid, hostname, timestamp: String(timestamp) };
  } catch {
    return undefined;
  }
}
