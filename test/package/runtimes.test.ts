import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { packageRoot } from "../../cli/package-info";
import { smallCluster } from "../cli/small-cluster";
import { componentPath, type ComponentName, needs, pulumiEnvironment, temporaryFolder } from "../testbed";
import { npmEnvironment, pack } from "./pack";
import { openShell } from "./shell";

/** Writes the sorted names that each entry point exports, through `require` and through `import`. */
const ENTRIES = `
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
// What the module systems themselves add.
const names = (all) => Object.keys(all).filter((name) => !["default", "module.exports", "__esModule"].includes(name)).sort();
const found = {};
for (const entry of JSON.parse(process.argv[2]))
  found[entry] = [names(require(entry)), names(await import(entry))];
console.log(JSON.stringify(found));
`;

describe("the installed package", function () {
  this.timeout(600_000);
  needs("pulumi", "vsphere-plugin", "node22", "node24", "pnpm");

  let environment: NodeJS.ProcessEnv;
  let entries: string[];
  let files: string;
  const projects: Record<string, string> = {};
  const digests = new Map<string, string>();

  before(async () => {
    environment = npmEnvironment(await pulumiEnvironment(await temporaryFolder()));
    const { name, exports } = JSON.parse(await readFile(join(packageRoot(), "package.json"), "utf8")) as {
      name: string;
      exports: Record<string, string>;
    };
    entries = Object.keys(exports)
      .filter((entry) => entry !== "./package.json")
      .map((entry) => join(name, entry));
    files = (await smallCluster()).folder;
    const { path } = await pack();
    const pnpm = await componentPath("pnpm");
    projects.npm = await installedBy(`npm install '${path}'`);
    projects.pnpm = await installedBy(`node '${pnpm}' add '${path}'`);
  });

  async function installedBy(command: string): Promise<string> {
    const folder = join(await temporaryFolder(), "project");
    await mkdir(folder);
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "project", version: "1.0.0", private: true }));
    await writeFile(join(folder, "entries.mjs"), ENTRIES);
    await (await openShell(folder, environment)).type(command);
    return folder;
  }

  const places: [installer: string, runtime: ComponentName | null][] = [
    ["npm", null],
    ["npm", "node22"],
    ["npm", "node24"],
    ["pnpm", null],
    ["pnpm", "node24"],
  ];
  for (const [installer, runtime] of places) {
    const place = `${runtime ?? `node ${process.versions.node.split(".")[0]}`}, installed by ${installer}`;
    /** This interpreter where no other is asked for. */
    const folderOfNode = async () => dirname(runtime ? await componentPath(runtime) : process.execPath);
    const shellThere = async () => {
      const PATH = [await folderOfNode(), environment.PATH].join(delimiter);
      return openShell(projects[installer], { ...environment, PATH });
    };

    it(`is imported by CommonJS and by ESM, all of its entry points, alike: ${place}`, async () => {
      const output = await (await shellThere()).type(`node --no-warnings entries.mjs '${JSON.stringify(entries)}'`);
      const found = JSON.parse(output) as Record<string, [string[], string[]]>;
      assert.deepEqual(Object.keys(found), entries);
      for (const [entry, [required, imported]] of Object.entries(found)) {
        assert.ok(required.length > 0, `${entry} exports nothing`);
        assert.deepEqual(imported, required, entry);
      }
    });

    it(`plans in a real pulumi up with the policy pack: ${place}`, async () => {
      const shell = await shellThere();
      const folder = await temporaryFolder();
      const data = `--inventory '${files}/inventory.json' --telemetry '${files}/telemetry.duckdb'`;
      const result = join(folder, "result.json");
      await shell.type(`npx vsphere-affinity quickstart ${data} --folder '${folder}' --json > '${result}'`);
      digests.set(place, (JSON.parse(await readFile(result, "utf8")) as { digest: string }).digest);
    });
  }

  it("makes the same plan on all of them", () => {
    assert.equal(digests.size, places.length);
    assert.equal(new Set(digests.values()).size, 1, JSON.stringify([...digests], null, 2));
  });
});
