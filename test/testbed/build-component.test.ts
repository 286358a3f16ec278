import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { temporaryFolder } from ".";
import { built } from "./build-component";
import { MissingComponent } from "./missing";

describe("building a component", () => {
  let sources: string, cache: string, request: Parameters<typeof built>[0];

  beforeEach(async () => {
    const folder = await temporaryFolder();
    sources = join(folder, "sources");
    cache = join(folder, "cache");
    await mkdir(sources);
    // Every build leaves a line beside the cache, so that builds can be counted.
    await writeFile(join(sources, "build.sh"), `set -e; sleep 0.1; echo built >> ${folder}/builds; cp program "$1"`);
    await writeFile(join(sources, "program"), "first");
    request = { name: "thing", tools: ["bash"], hint: "install bash", sources, cache };
  });

  const builds = async (): Promise<number> =>
    (await readFile(join(cache, "..", "builds"), "utf8")).trim().split("\n").length;

  it("builds once, also when asked by two at once", async () => {
    const [one, other] = await Promise.all([built(request), built(request)]);
    assert.equal(one, other);
    assert.equal(await built(request), one);
    assert.equal(await readFile(join(one, "program"), "utf8"), "first");
    assert.equal(await builds(), 1);
  });

  it("builds again from changed sources, and keeps what the old ones gave", async () => {
    const first = await built(request);
    await writeFile(join(sources, "program"), "second");
    const second = await built(request);
    assert.equal(await readFile(join(second, "program"), "utf8"), "second");
    assert.equal(await readFile(join(first, "program"), "utf8"), "first");
    await writeFile(join(sources, "program"), "first");
    assert.equal(await built(request), first);
    assert.equal(await builds(), 2);
  });

  it("keeps the newest three versions", async () => {
    const folders: string[] = [];
    for (const version of ["first", "second", "third", "fourth"]) {
      await writeFile(join(sources, "program"), version);
      folders.push(await built(request));
    }
    const kept = (await readdir(cache)).filter((entry) => entry.startsWith("thing-"));
    assert.deepEqual(
      kept.sort(),
      folders
        .slice(1)
        .map((folder) => folder.slice(cache.length + 1))
        .sort(),
    );
  });

  it("says why a build failed and leaves nothing half-built", async () => {
    await writeFile(join(sources, "build.sh"), 'touch "$1/half"; echo no such module >&2; exit 3');
    await assert.rejects(
      built(request),
      (error) => error instanceof MissingComponent && /ended with 3[^]*no such module/.test(error.reason),
    );
    assert.deepEqual(await readdir(cache), ["thing.build.log"]);
  });

  it("names the tool that lacks", async () => {
    const lacking = built({ ...request, tools: ["no-such-compiler"] });
    await assert.rejects(
      lacking,
      /thing can't be had: no-such-compiler, which builds it, isn't installed \(install bash\)/,
    );
  });

  it("takes over the lock of a process that has died", async () => {
    await mkdir(cache);
    const { pid } = spawnSync("true");
    await writeFile(join(cache, "lock"), `${pid} ${hostname()} test bed: building thing\n`);
    await built(request);
    assert.deepEqual(
      (await readdir(cache)).filter((entry) => entry.startsWith("lock")),
      [],
    );
  });
});
