import { createHash } from "node:crypto";
import { access, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { runLogged } from "./command";
import { removeAtExit } from "./guardian";
import { withLock } from "./lock";
import { MissingComponent } from "./missing";
import { onPath } from "./on-path";

const keptVersions = 3;

/** Where built components are kept: outside the repository, shared by all checkouts. */
export function cacheFolder(): string {
  const own = process.env.VSPHERE_AFFINITY_CACHE;
  if (own) return own;
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-vsphere-affinity", "testbed");
}

/** The repository's `test/testbed/sources/NAME`, wherever the compiled code lies. */
export async function sourceFolder(name: string): Promise<string> {
  for (let folder = __dirname; ; folder = join(folder, "..")) {
    const sources = join(folder, "test", "testbed", "sources");
    if (await exists(sources)) return join(sources, name);
    if (folder === join(folder, "..")) throw new Error(`no test/testbed/sources above ${__dirname}`);
  }
}

export interface BuildRequest {
  name: string;
  /** Programs that the build calls. */
  tools: string[];
  /** What a person does where one lacks. */
  hint: string;
  /** Folder with `build.sh`, which builds into the folder that is its argument. */
  sources?: string;
  cache?: string;
}

/**
 * The folder of a component built from the sources as they are now: one that
 * lies in the cache, or a new one. Every state of the sources has a folder of
 * its own, so checkouts with different sources share a cache in peace.
 *
 * @throws MissingComponent if a tool lacks or the build fails
 */
export async function built(request: BuildRequest): Promise<string> {
  const { name, tools, hint, cache = cacheFolder() } = request;
  const sources = request.sources ?? (await sourceFolder(name));
  const folder = join(cache, `${name}-${await hashOf(sources)}`);
  if (await exists(folder)) return folder;
  for (const tool of tools)
    if (!(await onPath(tool))) throw new MissingComponent(name, `${tool}, which builds it, isn't installed`, hint);

  await mkdir(cache, { recursive: true });
  return withLock(join(cache, "lock"), `test bed: building ${name}`, async () => {
    if (await exists(folder)) return folder; // another process built it while this one waited
    const work = await mkdtemp(join(cache, `.building-${name}-`));
    removeAtExit(work);
    const log = join(cache, `${name}.build.log`);
    try {
      await cp(sources, join(work, "sources"), { recursive: true });
      await Promise.all([mkdir(join(work, "out")), mkdir(join(work, "tmp"))]);
      await runLogged(`test bed: building ${name} (once)`, ["bash", "build.sh", join(work, "out")], {
        cwd: join(work, "sources"),
        env: { ...process.env, TMPDIR: join(work, "tmp") },
        log,
      });
      await rename(join(work, "out"), folder);
    } catch (error) {
      throw new MissingComponent(name, `its build failed (log: ${log}): ${(error as Error).message}`, hint, {
        cause: error,
      });
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    await removeOldVersions(cache, name);
    return folder;
  });
}

/** A digest of every file below a folder, by path and content. */
export async function hashOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash("sha256");
  for (const file of files.sort()) {
    const content = await readFile(file);
    hash.update(`${relative(folder, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}

async function removeOldVersions(cache: string, name: string): Promise<void> {
  const versions = (await readdir(cache)).filter((entry) => new RegExp(`^${name}-[0-9a-f]{12}$`).test(entry));
  const aged = await Promise.all(
    versions.map(async (version) => ({ version, born: (await stat(join(cache, version))).mtimeMs })),
  );
  aged.sort((a, b) => b.born - a.born);
  for (const { version } of aged.slice(keptVersions)) await rm(join(cache, version), { recursive: true, force: true });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
