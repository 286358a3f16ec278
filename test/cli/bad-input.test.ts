import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plan } from "../../engine/planner/plan";
import { openWriter } from "../../engine/telemetry";
import { needs, startInflux1, startVcenter, type Influx1, type Vcenter } from "../testbed";
import { assertUserError, runCli } from "./run-cli";
import { FILES, smallCluster, type SmallCluster } from "./small-cluster";

describe("bad input: a clear error, exit code 1 and no stack trace", function () {
  this.timeout(60_000);
  let cluster: SmallCluster;
  before(async () => (cluster = await smallCluster()));
  const cli = (args: readonly string[], environment = {}) => runCli(args, { cwd: cluster.folder, environment });

  it("an unreachable vCenter", async () => {
    // A port of this machine on which nothing listens.
    const environment = { VSPHERE_USER: "u", VSPHERE_PASSWORD: "a secret" };
    const result = await cli(["plan", "--vcenter", "127.0.0.1:47", ...FILES.slice(2)], environment);
    assertUserError(result, "VCENTER_UNREACHABLE", "127.0.0.1:47", "hint:");
    assert.doesNotMatch(result.stderr, /a secret/);
  });

  it("a vCenter without user and password", async () => {
    assertUserError(
      await cli(["export", "o.json", "--vcenter", "vc"]),
      "SETTINGS_INVALID",
      "vcenter.user",
      "vcenter.password",
    );
  });

  it("an empty database", async () => {
    await (await openWriter(join(cluster.folder, "empty.duckdb"))).close();
    const args = ["plan", "--inventory", "inventory.json", "--telemetry", "empty.duckdb"];
    assertUserError(await cli(args), "TELEMETRY_EMPTY", "empty.duckdb", "hint:");
  });

  it("a telemetry file that is none", async () => {
    await writeFile(join(cluster.folder, "text.duckdb"), "not a database ".repeat(1000));
    const args = ["plan", "--inventory", "inventory.json", "--telemetry", "text.duckdb"];
    assertUserError(await cli(args), "TELEMETRY_CORRUPT", "text.duckdb");
    assertUserError(await cli([...args.slice(0, -1), "absent.duckdb"]), "TELEMETRY_NOT_FOUND", "absent.duckdb");
  });

  it("a cluster that doesn't exist", async () => {
    const result = await cli(["plan", ...FILES, "--cluster", "prodcution"]);
    assertUserError(result, "CLUSTER_NOT_FOUND", '"prodcution"', 'it has "production"');
  });

  it("a corrupt inventory file", async () => {
    const text = await readFile(join(cluster.folder, "inventory.json"), "utf8");
    await writeFile(join(cluster.folder, "cut.json"), text.slice(0, text.length / 2));
    assertUserError(await cli(["plan", "--inventory", "cut.json"]), "INVENTORY_CORRUPT", "cut.json");
    await writeFile(
      join(cluster.folder, "wrong.json"),
      text.replaceAll('"host-3"', '"host-33"').replace('"host-33"', '"host-34"'),
    );
    assertUserError(
      await cli(["plan", "--inventory", "wrong.json"]),
      "INVENTORY_INVALID",
      "wrong.json",
      /no host has the id/,
    );
  });

  it("an unknown configuration key", async () => {
    await writeFile(
      join(cluster.folder, "typo.yaml"),
      "inventory: inventory.json\ntelemtry: { duckdb: telemetry.duckdb }\n",
    );
    const result = await cli(["plan", "--config", "typo.yaml"]);
    assertUserError(result, "SETTINGS_INVALID", 'telemtry: unknown key; did you mean "telemetry"?', "known keys are");
    await writeFile(join(cluster.folder, "alone.yaml"), "inventry: inventory.json\n");
    const alone = await cli(["plan", "--config", "alone.yaml"]);
    assertUserError(alone, "SETTINGS_INVALID", 'inventry: unknown key; did you mean "inventory"?');
  });

  it("an infeasible request, naming what conflicts", async () => {
    const members = ["a", "b", "c", "d", "e"];
    const request = {
      virtualMachines: members.map((name) => ({ name, vcpus: 2, memoryMb: 4096 })),
      groups: [{ name: "five apart", kind: "apart", members }],
      include: "none",
    };
    await writeFile(join(cluster.folder, "infeasible.json"), JSON.stringify(request));
    const result = await cli(["plan", ...FILES, "--request", "infeasible.json"]);
    assertUserError(result, "PLAN_INFEASIBLE", "five apart");
    const json = await cli(["plan", ...FILES, "--request", "infeasible.json", "--json"]);
    assert.equal(json.stdout, "");
    assert.equal((JSON.parse(json.stderr) as { error: { code: string } }).error.code, "PLAN_INFEASIBLE");
  });

  it("a request with an unknown key and a wrong value", async () => {
    await writeFile(
      join(cluster.folder, "request.yaml"),
      "virtualMachines:\n  - { name: a, vcpu: 2, memoryMb: lots }\n",
    );
    const result = await cli(["plan", ...FILES, "--request", "request.yaml"]);
    assertUserError(result, "REQUEST_INVALID", "virtualMachines[0].memoryMb", "vcpu");
  });

  it("a VM that the plan doesn't have", async () => {
    assertUserError(await cli(["explain", "app-11", ...FILES]), "SUBJECT_NOT_FOUND", 'did you mean "app-1"?');
  });

  describe("a host name with quotes", () => {
    const hostName = (i: number) => `esx-${i}'"; DROP TABLE samples; --`;
    let quoted: SmallCluster;
    before(async () => (quoted = await smallCluster({ hostName })));

    it("is a name like any other", async () => {
      const result = await runCli(["plan", ...FILES, "--json"], { cwd: quoted.folder });
      assert.equal(result.code, 0, result.stderr);
      const plan = JSON.parse(result.stdout) as Plan;
      assert.deepEqual(plan.hosts.map(({ name }) => name).sort(), [0, 1, 2, 3].map(hostName));
      assert.equal(plan.telemetry.coverage, 1);
      const explained = await runCli(["explain", hostName(2), ...FILES], { cwd: quoted.folder });
      assert.equal(explained.code, 0, explained.stderr);
      assert.ok(explained.stdout.startsWith(`${hostName(2)} runs 2 VMs now`));
    });
  });

  describe("half the VMs without telemetry", () => {
    let half: SmallCluster;
    before(async () => (half = await smallCluster({ silent: 4 })));

    it("are planned by their size, and named", async () => {
      const result = await runCli(["plan", ...FILES, "--json"], { cwd: half.folder });
      assert.ok(result.code === 0 || result.code === 2, result.stderr);
      const plan = JSON.parse(result.stdout) as Plan;
      assert.equal(plan.telemetry.coverage, 0.5);
      const lacking = new Set(plan.lacking.flatMap(({ subjects }) => subjects));
      for (const name of ["app-1", "app-2", "app-3", "app-4"]) assert.ok(lacking.has(name), name);
      assert.ok(!lacking.has("app-5"));
      const text = await runCli(["plan", ...FILES], { cwd: half.folder });
      assert.match(text.stderr, /lacking cpu history of app-1, app-2, app-3 and 1 more/);
    });

    it("are refused where the settings say so", async () => {
      await writeFile(join(half.folder, "refuse.yaml"), "plan: { missingTelemetry: refuse }\n");
      const result = await runCli(["plan", ...FILES, "--config", "refuse.yaml"], { cwd: half.folder });
      assert.equal(result.stdout, "");
      assertUserError(result, "TELEMETRY_MISSING", "app-1");
    });
  });

  describe("a vCenter", () => {
    needs("vcenter");
    let vcenter: Vcenter;
    before(async () => (vcenter = await startVcenter({ hosts: 2, vms: 2 })));
    after(() => vcenter.stop());

    const settings = async (file: string, over: Record<string, unknown>) => {
      const { server, user, password, certificate } = vcenter;
      const vcenterSettings = { server, user, password, caFile: certificate, ...over };
      await writeFile(join(cluster.folder, file), JSON.stringify({ vcenter: vcenterSettings }));
      return ["export", "exported.json", "--config", file];
    };

    it("with the right password is exported, and the file is planned from", async () => {
      const result = await cli([...(await settings("right.json", {})), "--json"]);
      assert.equal(result.code, 0, result.stderr);
      assert.equal((JSON.parse(result.stdout) as { hosts: number }).hosts >= 2, true);
      const plan = await cli(["plan", "--inventory", "exported.json", "--cluster", "DC0_C0", "--json"]);
      assert.ok(plan.code === 0 || plan.code === 2, plan.stderr);
    });

    it("with a wrong password", async () => {
      const result = await cli(await settings("wrong.json", { password: "wr0ng" }));
      assertUserError(result, "VCENTER_LOGIN_FAILED", vcenter.server);
      assert.doesNotMatch(result.stderr, /wr0ng/);
    });

    it("with a certificate that nobody vouches for", async () => {
      assertUserError(await cli(await settings("ca.json", { caFile: undefined })), "VCENTER_CERTIFICATE", "hint:");
    });
  });

  describe("a vCenter with an expired certificate", () => {
    needs("vcenter");
    let vcenter: Vcenter;
    before(async () => (vcenter = await startVcenter({ hosts: 2, vms: 2, expiredCertificate: true })));
    after(() => vcenter.stop());

    it("is not spoken to", async () => {
      const { server, user, password, certificate } = vcenter;
      await writeFile(
        join(cluster.folder, "expired.json"),
        JSON.stringify({ vcenter: { server, user, password, caFile: certificate } }),
      );
      assertUserError(await cli(["export", "o.json", "--config", "expired.json"]), "VCENTER_CERTIFICATE", /expired/);
    });
  });

  describe("an InfluxDB", () => {
    needs("influxd1");
    let influx: Influx1;
    before(async () => (influx = await startInflux1({ auth: true })));
    after(() => influx.stop());

    const plan = (url: string, environment = {}) =>
      cli(["plan", "--inventory", "inventory.json", "--telemetry", url], environment);

    it("with a wrong password, without the database, and with an empty one", async () => {
      const right = { INFLUX_USERNAME: influx.user, INFLUX_PASSWORD: influx.password };
      const wrong = await plan(`${influx.url}/${influx.database}`, { ...right, INFLUX_PASSWORD: "wr0ng" });
      assertUserError(wrong, "TELEMETRY_LOGIN_FAILED", "hint:");
      assert.doesNotMatch(wrong.stderr, /wr0ng/);
      assertUserError(await plan(`${influx.url}/other`, right), "TELEMETRY_DATABASE_NOT_FOUND", "other");
      assertUserError(await plan(`${influx.url}/${influx.database}`, right), "TELEMETRY_EMPTY", influx.database);
    });
  });
});
