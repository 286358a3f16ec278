import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { parse } from "yaml";
import { parseSettings } from "../../provider/settings";
import { temporaryFolder } from "../testbed";
import { assertUserError, runCli } from "./run-cli";
import { smallCluster } from "./small-cluster";

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
