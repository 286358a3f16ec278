import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { needs, pulumiEnvironment, temporaryFolder } from "../testbed";

const built = resolve(__dirname, "../..");
const repository = resolve(built, "..");

/** A project with this package in its `node_modules`, laid out as npm would; returns the program's folder. */
async function installed(folder: string): Promise<string> {
  const program = join(folder, "program");
  const modules = join(program, "node_modules");
  const own = join(modules, "pulumi-vsphere-affinity");
  await cp(join(repository, "test/policies/fixtures/program"), program, { recursive: true });
  await mkdir(own, { recursive: true });
  await cp(join(repository, "policies/pack"), join(own, "policies/pack"), { recursive: true });
  await symlink(built, join(own, "dist"));
  await symlink(join(repository, "node_modules/@pulumi"), join(modules, "@pulumi"));
  return program;
}

describe("the policy pack, with the real CLI", function () {
  this.timeout(120_000);
  needs("pulumi", "vsphere-plugin");

  let program: string;
  let environment: Record<string, string>;

  async function pulumi(situation: string, ...args: string[]): Promise<{ code: number; output: string }> {
    const env = { ...environment, SITUATION: situation };
    return new Promise((done) => {
      execFile("pulumi", [...args, "--non-interactive"], { cwd: program, env }, (error, stdout, stderr) =>
        done({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
      );
    });
  }
  const pack = ["--policy-pack", "node_modules/pulumi-vsphere-affinity/policies/pack"];

  before(async () => {
    const folder = await temporaryFolder();
    program = await installed(folder);
    environment = await pulumiEnvironment(folder);
    const { code, output } = await pulumi("right", "stack", "init", "test");
    assert.equal(code, 0, output);
  });

  it("passes a right program, with advice on the machine that says no host", async () => {
    const { code, output } = await pulumi("right", "preview", ...pack);
    assert.equal(code, 0, output);
    assert.match(output, /\[advisory\] +planned-virtual-machine-pinned +\(.*VirtualMachine: db-2\)/);
    assert.doesNotMatch(output, /\[mandatory\]/);
  });

  const violations: [situation: string, policy: string, at: RegExp, message: RegExp][] = [
    ["stale", "placement-telemetry-fresh", /Placement: shop/, /3 h 0 min older than the plan/],
    ["tight", "anti-affinity-group-fits-hosts", /Placement: shop/, /keeps 2 virtual machines apart; 1 hosts/],
    ["pinned", "virtual-machine-on-planned-host", /VirtualMachine: db-1/, /pinned to host-9; the plan gives it esx-1/],
  ];
  for (const [situation, policy, at, message] of violations) {
    it(`fails the preview of a program that violates ${policy}, and no other policy with it`, async () => {
      const { code, output } = await pulumi(situation, "preview", ...pack);
      assert.notEqual(code, 0, output);
      const mandatory = output.split("\n").filter((line) => line.includes("[mandatory]"));
      for (const line of mandatory) assert.match(line, new RegExp(`${policy} `), output);
      assert.ok(
        mandatory.some((line) => at.test(line)),
        output,
      );
      assert.match(output, message);
      assert.match(output, /To fix: /);
    });
  }

  it("lets a preview pass that doesn't know the plan yet", async () => {
    const { code, output } = await pulumi("unknown", "preview", ...pack);
    assert.equal(code, 0, output);
  });

  it("takes a configuration file, checks its types, and names unknown keys", async () => {
    const configured = async (config: object) => {
      const file = join(program, "policies.json");
      await writeFile(file, JSON.stringify({ "placement-telemetry-fresh": config }));
      return pulumi("stale", "preview", ...pack, "--policy-pack-config", file);
    };
    const lenient = await configured({ maxAgeMinutes: 240 });
    assert.equal(lenient.code, 0, lenient.output);
    const advisory = await configured({ enforcementLevel: "advisory" });
    assert.equal(advisory.code, 0, advisory.output);
    assert.match(advisory.output, /\[advisory\] +placement-telemetry-fresh/);
    const wrong = await configured({ maxAgeMinutes: "240" });
    assert.notEqual(wrong.code, 0);
    assert.match(wrong.output, /maxAgeMinutes: Invalid type. Expected: number/);
    const misspelt = await configured({ maxAge: 240 });
    assert.notEqual(misspelt.code, 0);
    assert.match(misspelt.output, /Unrecognized key: "maxAge"/);
    assert.doesNotMatch(misspelt.output, /^ +at /m, "no stack trace");
  });

  it("passes plans made of recorded telemetry with the configuration that comes with it, and only then", async () => {
    const refused = await pulumi("recorded", "preview", ...pack);
    assert.match(refused.output, /720 h \d+ min ago; at most 24 h 0 min/);
    assert.notEqual(refused.code, 0);
    const file = join(pack[1], "recorded-telemetry.json");
    const passed = await pulumi("recorded", "preview", ...pack, "--policy-pack-config", file);
    assert.equal(passed.code, 0, passed.output);
  });

  it("stops the update of a violating program before the placement is made", async () => {
    const stopped = await pulumi("stale", "up", "--yes", "--skip-preview", ...pack);
    assert.notEqual(stopped.code, 0, stopped.output);
    const { output } = await pulumi("stale", "stack", "--show-urns");
    assert.doesNotMatch(output, /Placement::shop/);
  });
});

describe("the policy pack's folder", () => {
  it("has the package's version", async () => {
    const versionOf = async (file: string) => JSON.parse(await readFile(join(repository, file), "utf8")).version;
    assert.equal(await versionOf("policies/pack/package.json"), await versionOf("package.json"));
  });
});
