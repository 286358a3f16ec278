import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../cli/package-info";
import { temporaryFolder } from "../testbed";

const execute = promisify(execFile);
const root = packageRoot();

/** Paths in the package that no user of it needs, whatever else changes. */
const UNWANTED = [
  /^dist\/(test|benchmark)\//,
  /\.map$/,
  /^dist\/cli\/.*\.d\.ts$/,
  /\.tsbuildinfo$/,
  /\.test\./,
  /node_modules/,
  /^(cli|engine|provider|test|benchmark)\//,
];
/** What its entry points, its binary, the quickstart and the documents' commands read. */
const WANTED = [
  "package.json",
  "README.md",
  "LICENSE",
  "Pulumi.yaml",
  "dist/index.js",
  "dist/index.d.ts",
  "dist/cli/main.js",
  "dist/provider/index.d.ts",
  "dist/provider/handlers.js",
  "dist/policies/testing/index.js",
  "dist/engine/index.js",
  "policies/pack/PulumiPolicy.yaml",
  "policies/pack/package.json",
  "examples/quickstart/index.js",
  "examples/quickstart/package.json",
  "docs/cli.md",
];
const MAX_PACKED_KB = 1024;

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

describe("the package", function () {
  this.timeout(60_000);
  let packed: Packed;
  let folder: string;

  before(async () => {
    folder = await temporaryFolder();
    const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
    const { stdout } = await execute("npm", pack, { cwd: root });
    [packed] = JSON.parse(stdout) as [Packed];
  });

  it("holds what a user needs and nothing of the tests, benchmarks and sources", () => {
    const paths = packed.files.map(({ path }) => path);
    assert.deepEqual(
      WANTED.filter((path) => !paths.includes(path)),
      [],
    );
    assert.deepEqual(
      paths.filter((path) => UNWANTED.some((pattern) => pattern.test(path))),
      [],
    );
    assert.ok(packed.size < MAX_PACKED_KB * 1024, `${packed.size} bytes packed`);
  });

  it("has every compiled file's own modules in it", async () => {
    await unpack();
    const lacking: string[] = [];
    const package_ = join(folder, "package");
    for (const entry of await readdir(join(package_, "dist"), { withFileTypes: true, recursive: true })) {
      if (!entry.name.endsWith(".js")) continue;
      const source = await readFile(join(entry.parentPath, entry.name), "utf8");
      for (const [, path] of source.matchAll(/\brequire\("(\.[^"]+)"\)/g)) {
        const target = join(entry.parentPath, path);
        if (![target, `${target}.js`, join(target, "index.js")].some((each) => /\.\w+$/.test(each) && existsSync(each)))
          lacking.push(`${relative(package_, join(entry.parentPath, entry.name))}: ${path}`);
      }
    }
    assert.deepEqual(lacking, []);
  });

  it("has the declarations that those of its entry points take from each other", async () => {
    await unpack();
    const package_ = join(folder, "package");
    const { exports } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
      exports: Record<string, string>;
    };
    const lacking: string[] = [];
    const seen = new Set<string>();
    const queue = Object.values(exports)
      .filter((path) => path.endsWith(".js"))
      .map((path) => join(package_, path.replace(/\.js$/, ".d.ts")));
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      if (seen.has(file)) continue;
      seen.add(file);
      for (const [, path] of (await readFile(file, "utf8")).matchAll(/(?:\bfrom|\bimport\()\s*"(\.[^"]+)"/g)) {
        const target = join(dirname(file), path);
        const found = [`${target}.d.ts`, join(target, "index.d.ts")].find((each) => existsSync(each));
        if (found) queue.push(found);
        else lacking.push(`${relative(package_, file)}: ${path}`);
      }
    }
    assert.ok(seen.size > 100, `${seen.size} declarations reached`);
    assert.deepEqual(lacking, []);
  });

  it("is imported by CommonJS and by ESM, all of its entry points, alike", async () => {
    const project = await installed();
    const { exports } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
      exports: Record<string, string>;
    };
    // The handlers are what state entries name; package.json is data.
    const entries = Object.keys(exports).filter((entry) => !/handlers|package\.json/.test(entry));
    for (const entry of entries) {
      const specifier = JSON.stringify(join("pulumi-vsphere-affinity", entry));
      // What the module systems themselves add.
      const names =
        'Object.keys(all).filter((name) => !["default", "module.exports", "__esModule"].includes(name)).sort()';
      await writeFile(
        join(project, "required.cjs"),
        `const all = require(${specifier}); console.log(JSON.stringify(${names}));`,
      );
      await writeFile(
        join(project, "imported.mjs"),
        `import * as all from ${specifier}; console.log(JSON.stringify(${names}));`,
      );
      const [required, imported] = await Promise.all(
        ["required.cjs", "imported.mjs"].map((file) => execute(process.execPath, [file], { cwd: project })),
      );
      assert.ok((JSON.parse(required.stdout) as string[]).length > 0, `${entry} exports nothing`);
      assert.equal(imported.stdout, required.stdout, entry);
    }
  });

  it("runs its command line", async () => {
    const project = await installed();
    const main = join(project, "node_modules/pulumi-vsphere-affinity/dist/cli/main.js");
    const { stdout } = await execute(process.execPath, [main, "--version"], { cwd: project });
    assert.match(stdout, /^\d+\.\d+\.\d+/);
  });

  const unpack = async () => {
    await rm(join(folder, "package"), { recursive: true, force: true });
    await execute("tar", ["-xzf", join(folder, packed.filename), "-C", folder]);
  };

  /** A project with the unpacked package; what it depends on comes from the repository, as an install would lay it. */
  const installed = async () => {
    const project = join(folder, "project");
    if (existsSync(project)) return project;
    await unpack();
    const modules = join(project, "node_modules");
    await mkdir(modules, { recursive: true });
    for (const name of await readdir(join(root, "node_modules"))) {
      if (name === "pulumi-vsphere-affinity" || name.startsWith(".")) continue;
      await symlink(join(root, "node_modules", name), join(modules, name));
    }
    await cp(join(folder, "package"), join(modules, "pulumi-vsphere-affinity"), { recursive: true });
    return project;
  };
});
