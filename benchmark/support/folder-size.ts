import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** Bytes of all files in a folder and below it, as their lengths say; links count as themselves. */
export async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isDirectory()) bytes += (await lstat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
