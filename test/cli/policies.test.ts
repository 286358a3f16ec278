import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { listPolicies } from "../../policies";
import { temporaryFolder } from "../testbed";
import { assertUserError, runCli } from "./run-cli";

const PLAN = {
  format_version: "1.2",
  planned_values: {},
  resource_changes: [
    {
      address: "vsphere_compute_cluster.c",
      mode: "managed",
      type: "vsphere_compute_cluster",
      name: "c",
      change: { actions: ["create"], before: null, after: { name: "c", ha_enabled: false }, after_unknown: {} },
    },
  ],
};

describe("vsphere-affinity policies and check", function () {
  this.timeout(60_000);
  let cwd: string;
  const file = async (name: string, content: unknown) => {
    await writeFile(join(cwd, name), typeof content === "string" ? content : JSON.stringify(content));
    return name;
  };
  before(async () => void (cwd = await temporaryFolder()));

  it("lists every policy, one object each", async () => {
    const { code, stdout } = await runCli(["policies", "--json"], { cwd });
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), listPolicies());
  });

  it("lists them for people, by group", async () => {
    const { code, stdout } = await runCli(["policies"], { cwd });
    assert.equal(code, 0);
    for (const { name } of listPolicies()) assert.ok(stdout.includes(name), name);
    assert.match(stdout, /^CHANGE CONTROL/m);
  });

  it("ends with 3 where a mandatory policy refuses a Terraform plan, and says why", async () => {
    const plan = await file("plan.json", PLAN);
    const { code, stdout, stderr } = await runCli(["check", "--terraform-plan", plan], { cwd });
    assert.equal(code, 3, stderr);
    assert.match(stdout, /^\[mandatory\] cluster-tolerates-host-failure {2}\(vsphere_compute_cluster\.c\)/);
    assert.match(stdout, /To fix: set haEnabled: true/);
    assert.equal(stderr, "");
  });

  it("gives the same as JSON", async () => {
    const plan = await file("plan.json", PLAN);
    const { code, stdout } = await runCli(["check", "--terraform-plan", plan, "--json"], { cwd });
    assert.equal(code, 3);
    const { refused, violations, resources } = JSON.parse(stdout);
    assert.equal(refused, true);
    assert.equal(resources, 1);
    assert.equal(violations[0].policy, "cluster-tolerates-host-failure");
  });

  it("takes levels from a configuration, by policy or for all", async () => {
    const plan = await file("plan.json", PLAN);
    for (const config of [
      { "cluster-tolerates-host-failure": "advisory" },
      { "cluster-tolerates-host-failure": { enforcementLevel: "disabled" } },
      { all: "advisory" },
    ]) {
      const name = await file("config.json", config);
      const { code, stderr } = await runCli(["check", "--terraform-plan", plan, "--policy-config", name], { cwd });
      assert.equal(code, 0, stderr);
    }
  });

  it("names every mistake of a configuration at once", async () => {
    const plan = await file("plan.json", PLAN);
    const config = await file(
      "config.yaml",
      "rules-agre: mandatory\nchange-freeze-kept: { freezes: [never] }\nall: loud\n",
    );
    const result = await runCli(["check", "--terraform-plan", plan, "--policy-config", config], { cwd });
    assertUserError(
      result,
      "POLICY_CONFIG_INVALID",
      /did you mean "rules-agree"/,
      /no ISO 8601 interval/,
      /all: expected/,
    );
  });

  it("refuses by name what is no plan", async () => {
    const run = async (content: string) =>
      runCli(["check", "--terraform-plan", await file("bad.json", content)], { cwd });
    assertUserError(await run("{"), "TERRAFORM_PLAN_INVALID", "bad.json", /is not JSON/);
    assertUserError(await run('{"format_version":"1.0","values":{}}'), "TERRAFORM_PLAN_INVALID", /a state/);
    assertUserError(await runCli(["check", "--terraform-plan", "none.json"], { cwd }), "FILE_UNREADABLE");
    assertUserError(await runCli(["check"], { cwd }), "USAGE", /--terraform-plan/);
  });

  it("lets no control character of a plan reach the terminal", async () => {
    const [change] = PLAN.resource_changes;
    const plan = await file("odd.json", { ...PLAN, resource_changes: [{ ...change, address: "a\u001b[2J" }] });
    const { stdout } = await runCli(["check", "--terraform-plan", plan], { cwd });
    assert.ok(!stdout.includes("\u001b"));
  });
});
