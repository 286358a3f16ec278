import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { listPolicies, policies } from "../../policies";
import { runPolicies, testPlacement } from "../../policies/testing";

describe("the policies' registry", () => {
  it("is sorted by name, each of them once, in kebab-case", () => {
    const names = policies.map((policy) => policy.name);
    assert.deepEqual(names, [...new Set(names)].sort());
    for (const name of names) assert.match(name, /^[a-z]+(-[a-z]+)+$/);
  });

  it("describes every policy in plain data", () => {
    const listed = listPolicies();
    assert.deepEqual(JSON.parse(JSON.stringify(listed)), listed);
    for (const policy of listed) {
      for (const text of [policy.description, policy.rationale, policy.remediation]) {
        assert.match(text, /\.$/, `${policy.name}: "${text}" is a sentence`);
      }
      assert.match(policy.url, /^https:/);
      assert.ok(policy.appliesTo.length > 0, policy.name);
    }
  });

  it("has every group, and enough in each", () => {
    const count = new Map<string, number>();
    for (const { group } of listPolicies()) count.set(group, (count.get(group) ?? 0) + 1);
    const least = { capacity: 3, "change-control": 6, declarations: 4, "placement-safety": 8, "telemetry-trust": 3 };
    for (const [group, number] of Object.entries(least)) assert.ok((count.get(group) ?? 0) >= number, group);
    assert.equal(count.size, 5);
  });

  it("names a reference by framework, version, control and title, the first one to Pulumi too", () => {
    for (const policy of policies) {
      for (const reference of policy.references) for (const text of Object.values(reference)) assert.ok(text);
      const [first] = policy.references;
      if (first) assert.equal(policy.framework?.reference, first.control);
    }
  });

  it("gives every key of a configuration a type, a default and a description", () => {
    for (const { name, configSchema } of listPolicies()) {
      for (const [key, property] of Object.entries(configSchema.properties)) {
        assert.ok(property.type && property.description && property.default !== undefined, `${name}.${key}`);
      }
    }
  });

  it("starts no server and loads no Pulumi when imported", () => {
    const script = `require(${JSON.stringify(join(__dirname, "../../policies"))});
      console.log(Object.keys(require.cache).filter((file) => file.includes("@pulumi")).length)`;
    assert.equal(execFileSync(process.execPath, ["-e", script], { encoding: "utf8" }).trim(), "0");
  });

  it("passes a sound placement in all policies, and configures each by its name", async () => {
    assert.deepEqual(await runPolicies(policies, [testPlacement("shop")]), []);
    const group = { name: "replicas", kind: "apart", members: ["db-1", "db-2"] };
    const tight = testPlacement("shop", { groups: [group] }, { candidateHosts: { replicas: 2 } });
    const violations = await runPolicies(policies, [tight], { "anti-affinity-group-fits-hosts": { spareHosts: 1 } });
    assert.deepEqual(
      violations.map((violation) => violation.policy),
      ["anti-affinity-group-fits-hosts"],
    );
  });
});
