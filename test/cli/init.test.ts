import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { parse } from "yaml";
import { packageInfo, packageRoot } from "../../cli/package-info";
import { parseSettings } from "../../provider/settings";
import { temporaryFolder } from "../testbed";
import { assertUserError, runCli } from "./run-cli";
import { smallCluster } from "./small-cluster";

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

const TEMPLATE = "templates/vsphere-affinity";
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
const VCENTER = [
  ...["--vcenter", "vc.example.com", "--telemetry", "https://reader:secret@influx.example.com:8086/vsphere"],
  ...["--cluster", "production"],
];

describe("init", function () {
  this.timeout(30_000);

  it("makes a project whose settings are valid, for the command line and for the program, without a secret", async () => {
    const cwd = await temporaryFolder();
    const { code, stderr } = await runCli(["init", "My Shop", ...VCENTER], { cwd });
    assert.equal(code, 0, stderr);
    const folder = join(cwd, "My Shop");
    assert.deepEqual((await readdir(folder)).sort(), [
      ".gitignore",
      "Pulumi.yaml",
      "README.md",
      "index.ts",
      "package.json",
      "tsconfig.json",
      "vsphere-affinity.yaml",
    ]);
    const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")));
    assert.ok(!texts.some((text) => text.includes("secret@") || text.includes("password: secret")));
    const settings = parse(await readFile(join(folder, "vsphere-affinity.yaml"), "utf8")) as Record<string, unknown>;
    const environment = { VSPHERE_USER: "u", VSPHERE_PASSWORD: "p" };
    const { telemetry } = parseSettings(settings, "vsphere-affinity.yaml", environment);
    assert.ok(telemetry && "influx" in telemetry && telemetry.influx.user === "reader");
    const project = parse(await readFile(join(folder, "Pulumi.yaml"), "utf8")) as {
      name: string;
      config: Record<string, { value: unknown }>;
    };
    assert.equal(project.name, "my-shop");
    assert.deepEqual(project.config["my-shop:cluster"], { value: "production" });
    const given = Object.entries(project.config)
      .filter(([key]) => key.startsWith("vsphere-affinity:"))
      .map(([key, { value }]) => [key.split(":")[1], value]);
    assert.deepEqual(Object.fromEntries(given), settings);
  });

  it("writes paths relative to the project, so that it can be moved", async () => {
    const { folder: cwd } = await smallCluster();
    await writeFile(join(cwd, "ca.pem"), CERTIFICATE);
    const flags = ["--ca-file", "ca.pem", "--telemetry", "telemetry.duckdb", "--cluster", "production"];
    assert.equal((await runCli(["init", "a/b", "--vcenter", "vc.example.com", ...flags], { cwd })).code, 0);
    assert.deepEqual(parse(await readFile(join(cwd, "a/b/vsphere-affinity.yaml"), "utf8")), {
      vcenter: { server: "vc.example.com", caFile: "../../ca.pem" },
      telemetry: { duckdb: "../../telemetry.duckdb" },
      journal: "vsphere-affinity.journal.duckdb",
    });
  });

  it("completes the package.json of an npm install, and leaves what is there beside", async () => {
    const cwd = await temporaryFolder();
    const there = {
      name: "mine",
      main: "index.js",
      scripts: { test: "true" },
      dependencies: { "pulumi-vsphere-affinity": "file:a.tgz" },
    };
    await writeFile(join(cwd, "package.json"), JSON.stringify(there));
    await writeFile(join(cwd, ".gitignore"), "mine\n");
    const { code, stdout, stderr } = await runCli(["init", ".", "--json", ...VCENTER], { cwd });
    assert.equal(code, 0, stderr);
    assert.deepEqual((JSON.parse(stdout) as { files: string[] }).files.sort(), [
      "Pulumi.yaml",
      "README.md",
      "index.ts",
      "package.json",
      "tsconfig.json",
      "vsphere-affinity.yaml",
    ]);
    const template = JSON.parse(await readFile(join(packageRoot(), TEMPLATE, "package.json"), "utf8")) as Manifest;
    assert.deepEqual(JSON.parse(await readFile(join(cwd, "package.json"), "utf8")), {
      ...there,
      main: "index.ts",
      dependencies: { ...template.dependencies, ...there.dependencies },
      devDependencies: template.devDependencies,
    });
    assert.equal(await readFile(join(cwd, ".gitignore"), "utf8"), "mine\n");
  });

  for (const [what, text] of [
    ["is no valid JSON", "{"],
    ["is no JSON object", "[]"],
    ['says "type": "module"', '{ "type": "module" }'],
  ]) {
    it(`says of a package.json that it can't complete: ${what}`, async () => {
      const cwd = await temporaryFolder();
      await writeFile(join(cwd, "package.json"), text);
      assertUserError(await runCli(["init", ".", ...VCENTER], { cwd }), "INIT_EXISTS", what);
      assert.deepEqual(await readdir(cwd), ["package.json"]);
    });
  }

  it("knows this version in its template", async () => {
    const { dependencies } = JSON.parse(
      await readFile(join(packageRoot(), TEMPLATE, "package.json"), "utf8"),
    ) as Manifest;
    assert.equal(dependencies["pulumi-vsphere-affinity"], `^${packageInfo().version}`);
  });

  it("takes the one cluster of an inventory, and says which there are of a mistyped one", async () => {
    const { folder: cwd } = await smallCluster();
    const flags = ["--inventory", "inventory.json", "--no-telemetry"];
    assert.equal((await runCli(["init", "one", ...flags], { cwd })).code, 0);
    assert.match(await readFile(join(cwd, "one", "Pulumi.yaml"), "utf8"), /one:cluster:\n {4}value: production/);
    const mistyped = await runCli(["init", "two", ...flags, "--cluster", "prod"], { cwd });
    assertUserError(mistyped, "CLUSTER_NOT_FOUND", '"production"');
    assert.ok(!(await readdir(cwd)).includes("two"));
  });

  it("makes a project though the vCenter doesn't answer, and says so", async () => {
    const cwd = await temporaryFolder();
    const environment = { VSPHERE_USER: "u", VSPHERE_PASSWORD: "p" };
    const flags = ["--vcenter", "127.0.0.1:1", "--no-telemetry", "--cluster", "production"];
    const { code, stderr } = await runCli(["init", "shop", ...flags], { cwd, environment });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^warning: the cluster is not looked up: .*127\.0\.0\.1:1/m);
  });

  it("refuses a file that holds no certificate", async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, "ca.pem"), "der");
    const result = await runCli(["init", "shop", ...VCENTER, "--ca-file", "ca.pem"], { cwd });
    assertUserError(result, "SETTINGS_INVALID", '"ca.pem" holds no certificate in PEM form', "certs/download.zip");
  });

  it("makes a program that compiles", async () => {
    const cwd = await temporaryFolder();
    await runCli(["init", "shop", ...VCENTER], { cwd });
    const source = await readFile(join(cwd, "shop", "index.ts"), "utf8");
    const { diagnostics } = ts.transpileModule(source, { reportDiagnostics: true });
    assert.deepEqual(diagnostics, []);
  });

  it("makes a project in which plan runs at once, on an inventory file", async () => {
    const { folder: cwd } = await smallCluster();
    const args = ["--inventory", "inventory.json", "--telemetry", "telemetry.duckdb", "--cluster", "production"];
    assert.equal((await runCli(["init", "what-if", ...args], { cwd })).code, 0);
    const { code, stdout, stderr } = await runCli(["plan", "--json"], { cwd: join(cwd, "what-if") });
    assert.ok(code === 0 || code === 2, stderr);
    assert.equal((JSON.parse(stdout) as { cluster: { name: string } }).cluster.name, "production");
  });

  it("says which answers lack where nobody can be asked", async () => {
    const cwd = await temporaryFolder();
    const result = await runCli(["init", "shop"], { cwd });
    assertUserError(
      result,
      "INIT_INCOMPLETE",
      "--vcenter or --inventory",
      "--telemetry or --no-telemetry",
      "--cluster",
    );
    assert.deepEqual(await readdir(cwd), []);
  });

  it("overwrites nothing", async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, "index.ts"), "mine");
    const result = await runCli(["init", ".", ...VCENTER], { cwd });
    assertUserError(result, "INIT_EXISTS", '"." holds index.ts already');
    assert.deepEqual(await readdir(cwd), ["index.ts"]);
  });
});
