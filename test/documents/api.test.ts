import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../cli/package-info";

const root = packageRoot();
const json = async <T>(name: string) => JSON.parse(await readFile(join(root, name), "utf8")) as T;

describe("the API's pages", function () {
  this.timeout(300_000);

  it("are of every entry point that a program imports from", async () => {
    const { exports } = await json<{ exports: Record<string, string> }>("package.json");
    const { entryPoints } = await json<{ entryPoints: string[] }>("typedoc.json");
    const paths = Object.values(exports)
      .filter((path) => path.endsWith(".js"))
      .map((path) => path.replace(/^\.\/dist\/(.*)\.js$/, "$1.ts"));
    // The root is the engine under another name; handlers are what state entries call.
    const own = paths.filter((path) => !["index.ts", "provider/handlers.ts"].includes(path));
    assert.deepEqual([...entryPoints].sort(), own.sort());
  });

  it("are made without a warning, such as of a link that leads nowhere", async () => {
    const typedoc = join(root, "node_modules/typedoc/bin/typedoc");
    await promisify(execFile)(process.execPath, [typedoc, "--emit", "none", "--logLevel", "Warn"], { cwd: root });
  });
});
