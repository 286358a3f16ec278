import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeAtExit } from "./guardian";

/** A new empty folder, removed with what is in it when the tests' process ends, however it ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "affinity-bed-"));
  removeAtExit(folder);
  return folder;
}
