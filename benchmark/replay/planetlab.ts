import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const SLOTS = 288;

/** One day's CPU use of PlanetLab's VMs, % of each VM every five minutes, by name. */
export interface PlanetLabDay {
  readonly day: string;
  readonly names: readonly string[];
  readonly percent: readonly Float64Array[];
}

/** The days in a folder: archives DAY.tar.xz, or folders DAY of a file per VM. */
export async function listDays(folder: string): Promise<string[]> {
  const entries = await readdir(folder);
  return [...new Set(entries.flatMap((name) => /^(\d{8})(\.tar\.xz)?$/.exec(name)?.[1] ?? []))].sort();
}

/** @throws Error where a VM's file isn't 288 numbers */
export async function readDay(folder: string, day: string): Promise<PlanetLabDay> {
  const archives = (await readdir(folder)).filter((name) => name === `${day}.tar.xz`);
  if (archives.length === 0) return readFolder(join(folder, day), day);
  const scratch = await mkdtemp(join(tmpdir(), "planetlab-"));
  try {
    await promisify(execFile)("tar", ["-xJf", join(folder, archives[0]), "-C", scratch]);
    return await readFolder(join(scratch, day), day);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function readFolder(folder: string, day: string): Promise<PlanetLabDay> {
  const names = (await readdir(folder)).sort();
  const percent = await Promise.all(
    names.map(async (name) => {
      const values = Float64Array.from((await readFile(join(folder, name), "utf8")).trim().split(/\s+/), Number);
      if (values.length !== SLOTS || values.some(Number.isNaN)) throw new Error(`${day}/${name}: not ${SLOTS} numbers`);
      return values;
    }),
  );
  return { day, names, percent };
}
