import { execFile } from "node:child_process";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

/** The public data's folder: `given`, else `$AFFINITY_DATA`, else beside the repository. Null where it is absent. */
export async function dataFolder(given?: string): Promise<string | null> {
  const folder = given ?? process.env.AFFINITY_DATA ?? join(process.cwd(), "..", "shared", "data");
  return access(folder).then(
    () => folder,
    () => null,
  );
}

/** Bytes of a file that is plain, gzip or xz: told by its first bytes, not by its name. */
export async function readMaybePacked(path: string): Promise<Buffer> {
  const raw = await readFile(path);
  if (raw[0] === 0x1f && raw[1] === 0x8b) return promisify(gunzip)(raw);
  if (raw.subarray(0, 6).equals(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]))) {
    const { stdout } = await promisify(execFile)("xz", ["-dc", path], { encoding: "buffer", maxBuffer: 2 ** 31 - 1 });
    return stdout;
  }
  return raw;
}
