import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { AffinityError } from "../../engine/errors";

/** Who is at work in a folder. */
interface Holder {
  readonly pid: number;
  readonly host: string;
}

/**
 * Runs `work` as the only one in `folder`, which is made where it isn't there. What a run that was killed left behind
 * is taken over.
 * @throws AffinityError QUICKSTART_BUSY naming the process, or QUICKSTART_FOLDER where the folder can't be used.
 */
export async function withTurn<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, "running.json");
  await takeTurn(folder, path);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function takeTurn(folder: string, path: string, attempts = 5): Promise<void> {
  const self: Holder = { pid: process.pid, host: hostname() };
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw unusable(folder, cause);
  }
  try {
    return await writeFile(path, JSON.stringify(self), { flag: "wx" });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST" || attempts === 0) throw unusable(folder, cause);
  }
  const holder = await holderOf(path);
  if (holder && isRunning(holder)) {
    throw new AffinityError({
      code: "QUICKSTART_BUSY",
      message: `another quickstart is at work in ${folder}: process ${holder.pid} on ${holder.host}`,
      hint: `wait for it to end, give this one a folder of its own with --folder, or remove ${path} if no such run is left`,
    });
  }
  if (holder) await rm(path, { force: true });
  return takeTurn(folder, path, attempts - 1);
}

const unusable = (folder: string, cause: unknown) =>
  new AffinityError({
    code: "QUICKSTART_FOLDER",
    message: `the folder ${folder} can't be used`,
    hint: "give one that you may write to with --folder",
    cause,
  });

/** Undefined where there is no such file. One that was cut short as it was written has no process that could be running. */
async function holderOf(path: string): Promise<Holder | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return undefined;
  }
  try {
    const { pid, host } = JSON.parse(text) as Partial<Holder>;
    return { pid: Number(pid), host: String(host) };
  } catch {
    return { pid: NaN, host: hostname() };
  }
}

/** Whether a process is there; one of another machine is taken to be, for nobody can tell from here. */
export function isRunning({ pid, host }: Holder): boolean {
  if (host !== hostname()) return true;
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is another user's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
