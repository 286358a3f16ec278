import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { Plan } from "../../engine/planner/plan";
import { componentPath, needs, temporaryFolder } from "../testbed";
import { assertUserError, runCli } from "./run-cli";
import { FILES, smallCluster } from "./small-cluster";

interface Result {
  readonly digest: string;
  readonly plan: Plan;
  readonly steps: { step: string; seconds: number }[];
}

describe("quickstart", function () {
  this.timeout(300_000);
  needs("pulumi");
  let environment: Record<string, string>;
  before(async () => {
    environment = { PATH: [dirname(await componentPath("pulumi")), process.env.PATH ?? ""].join(delimiter) };
  });

  describe("on the embedded default", () => {
    let cwd: string;
    before(async () => (cwd = await temporaryFolder()));

    it("makes a cluster, runs pulumi up with the policies, and shows the plan", async () => {
      const { code, stdout, stderr } = await runCli(["quickstart"], { cwd, environment });
      assert.equal(code, 0, stderr);
      const [head, ...rows] = stdout.split("\n\n")[0].split("\n");
      assert.match(head, /^ *VM +HOST +RISK +CPU FREE +MEM FREE$/);
      const fresh = rows.filter((row) => row.startsWith("new "));
      assert.deepEqual(fresh.map((row) => row.split(/ +/)[1]).sort(), [
        "cache-1",
        "db-1",
        "db-2",
        "web-1",
        "web-2",
        "web-3",
      ]);
      for (const row of [head, ...rows]) assert.ok(row.length <= 80, row);
      assert.match(stdout, /cluster production: 6 to place/);
      assert.match(stdout, /^pulumi up with the policy pack +\d+\.\d s$/m);
    });

    it("makes the data once, and an up without a change gives the same plan", async () => {
      const telemetry = join(cwd, ".quickstart", "telemetry.duckdb");
      const before = await stat(telemetry);
      const runs = [];
      for (let i = 0; i < 2; i++) {
        const { code, stdout, stderr } = await runCli(["quickstart", "--json"], { cwd, environment });
        assert.equal(code, 0, stderr);
        assert.equal(stderr, "");
        runs.push(JSON.parse(stdout) as Result);
      }
      assert.equal((await stat(telemetry)).mtimeMs, before.mtimeMs);
      assert.equal(runs[0].digest, runs[1].digest);
      assert.equal(runs[0].plan.digest, runs[0].digest);
      assert.equal(runs[0].plan.virtualMachines.length > 200 - 16, true);
      assert.deepEqual(
        runs[0].steps.map(({ step }) => step),
        ["preparing the stack", "pulumi up with the policy pack", "reading the plan"],
      );
    });

    it("says what an up without a change has done, and why nothing", async () => {
      const { stdout } = await runCli(["quickstart"], { cwd, environment });
      assert.match(stdout, /^pulumi up changed nothing: 2 resources as they were\. .* stays in force .*gainThreshold/m);
    });

    it("goes on after a run whose Pulumi was killed, and says so", async () => {
      const locks = join(cwd, ".quickstart", "stack", "state", ".pulumi", "locks");
      const folder = join(locks, "organization", "vsphere-affinity-quickstart", "quickstart");
      const { pid } = spawnSync(process.execPath, ["--version"]);
      const lock = { pid, username: "u", hostname: hostname(), timestamp: "2026-03-01T00:00:00Z" };
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, "left.json"), JSON.stringify(lock));
      const { code, stderr } = await runCli(["quickstart"], { cwd, environment });
      assert.equal(code, 0, stderr);
      assert.match(stderr, /removed the lock of a Pulumi run that was killed/);
    });

    it("keeps everything in its folder", async () => {
      const config = await readFile(join(cwd, ".quickstart", "stack", "project", "Pulumi.quickstart.yaml"), "utf8");
      assert.match(config, /vsphere-affinity:asOf: newest/);
      await stat(
        join(
          cwd,
          ".quickstart",
          "stack",
          "state",
          ".pulumi",
          "stacks",
          "vsphere-affinity-quickstart",
          "quickstart.json",
        ),
      );
    });
  });

  describe("on data of the user", () => {
    let cwd: string;
    before(async () => (cwd = (await smallCluster()).folder));
    const quickstart = (...args: string[]) => runCli(["quickstart", ...args], { cwd, environment });

    it("ends with exit code 3 where a policy refuses the plan, naming the policy", async () => {
      await writeFile(
        join(cwd, "strict.yaml"),
        "placement-telemetry-fresh: { maxPlanAgeMinutes: 0, minCoverage: 1 }\n",
      );
      const { code, stdout, stderr } = await quickstart(...FILES, "--policy-config", "strict.yaml");
      assert.equal(code, 3, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, /\[POLICY_VIOLATION\]\n {2}vsphere-affinity\/placement-telemetry-fresh: /);
      assert.match(stderr, /minCoverage/);
      assert.doesNotMatch(stderr, /^\s+at .+:\d+:\d+/m);
    });

    it("plans it where they allow it, in a backend of its own whatever Pulumi of yours uses", async () => {
      const theirs = await temporaryFolder();
      const settings = {
        PULUMI_BACKEND_URL: `file://${theirs}`,
        PULUMI_HOME: theirs,
        PULUMI_CONFIG_PASSPHRASE: "theirs",
        PULUMI_STACK: "theirs",
      };
      const { code, stdout, stderr } = await runCli(["quickstart", ...FILES, "--json"], {
        cwd,
        environment: { ...environment, ...settings },
      });
      assert.deepEqual(await readdir(theirs), []);
      assert.equal(code, 0, stderr);
      const { plan } = JSON.parse(stdout) as Result;
      assert.deepEqual(plan.hosts.map(({ name }) => name).sort(), ["esx-1", "esx-2", "esx-3", "esx-4"]);
    });

    it("says in Pulumi's words what failed, without its stack", async () => {
      const inventory = JSON.parse(await readFile(join(cwd, "inventory.json"), "utf8")) as {
        hosts: { maintenance: boolean }[];
      };
      inventory.hosts = inventory.hosts.map((host) => ({ ...host, maintenance: true }));
      await writeFile(join(cwd, "closed.json"), JSON.stringify(inventory));
      const result = await quickstart("--inventory", "closed.json", "--telemetry", "telemetry.duckdb");
      assertUserError(result, "PULUMI_FAILED", "PLAN_INFEASIBLE", "host state");
    });

    it("tells a file that is no telemetry before Pulumi starts, and an address for what it is", async () => {
      await writeFile(join(cwd, "text.duckdb"), "not a database");
      const corrupt = await quickstart("--inventory", "inventory.json", "--telemetry", "text.duckdb");
      assertUserError(corrupt, "TELEMETRY_CORRUPT", "text.duckdb");
      assert.doesNotMatch(corrupt.stderr, /pulumi up/);
      const address = await quickstart("--inventory", "inventory.json", "--telemetry", "http://influx:8086/telegraf");
      assertUserError(address, "USAGE", "vsphere-affinity import http://influx:8086/telegraf");
    });

    it("refuses half of the data, and files that are not there", async () => {
      assertUserError(
        await quickstart("--telemetry", "telemetry.duckdb"),
        "USAGE",
        "--telemetry is given without --inventory",
      );
      assertUserError(
        await quickstart("--inventory", "absent.json", "--telemetry", "telemetry.duckdb"),
        "FILE_UNREADABLE",
        "absent.json",
      );
    });
  });

  it("says in two lines what to install where Pulumi can't be had", async () => {
    const { folder: cwd } = await smallCluster();
    const bare = await temporaryFolder();
    // No PATH, no cache, and a proxy that isn't there: neither found, nor installed, nor built.
    const nothing = { PATH: bare, XDG_CACHE_HOME: bare, VSPHERE_AFFINITY_CACHE: bare };
    const result = await runCli(["quickstart", ...FILES], { cwd, environment: nothing });
    assertUserError(result, "PULUMI_MISSING", "Go is not installed", "https://www.pulumi.com/docs/install/");
  });
});
