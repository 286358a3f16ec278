import assert from "node:assert/strict";
import fc from "fast-check";
import { AffinityError } from "../../../engine/errors";
import { checkTerraformPlan } from "../../../policies/terraform";

type Loose = Record<string, unknown>;
interface Made {
  readonly type: string;
  readonly name: string;
  readonly after: Loose;
  readonly unknown?: Loose;
  readonly before?: Loose;
  readonly index?: number;
  /** Attribute to the references of its expression. */
  readonly from?: Record<string, string[]>;
}

/** A plan as `terraform show -json` writes it, cut down to what is read. */
function planOf(resources: readonly Made[]): string {
  const change = ({ type, name, after, unknown = {}, before, index }: Made) => ({
    address: `${type}.${name}${index === undefined ? "" : `[${index}]`}`,
    mode: "managed",
    type,
    name,
    change: { actions: before ? ["update"] : ["create"], before: before ?? null, after, after_unknown: unknown },
  });
  const written = ({ type, name, after, unknown = {}, from = {} }: Made) => ({
    address: `${type}.${name}`,
    mode: "managed",
    type,
    name,
    expressions: Object.fromEntries([
      ...Object.keys({ ...after, ...unknown }).map((key) => [key, {}]),
      ...Object.entries(from).map(([key, references]) => [key, { references }]),
    ]) as Loose,
  });
  return JSON.stringify({
    format_version: "1.2",
    planned_values: { root_module: {} },
    resource_changes: resources.map(change),
    configuration: { root_module: { resources: resources.map(written) } },
  });
}

const cluster: Made = {
  type: "vsphere_compute_cluster",
  name: "c",
  after: { name: "c", ha_enabled: true, host_system_ids: ["host-1", "host-2"] },
};
const vm = (name: string, rest: Partial<Made> = {}): Made => ({
  type: "vsphere_virtual_machine",
  name,
  after: { name, num_cpus: 2, memory: 4096, tags: ["t"], annotation: null },
  ...rest,
});
const rule = (kind: "affinity" | "anti_affinity", members: string[], size = members.length): Made => ({
  type: `vsphere_compute_cluster_vm_${kind}_rule`,
  name: kind,
  after: { name: kind, mandatory: true, enabled: true },
  unknown: { virtual_machine_ids: Array.from({ length: size }, () => true), compute_cluster_id: true },
  from: {
    virtual_machine_ids: members.flatMap((each) => [`${each}.id`, each]),
    compute_cluster_id: ["vsphere_compute_cluster.c.id", "vsphere_compute_cluster.c"],
  },
});
const check = (resources: readonly Made[], config = {}) => checkTerraformPlan(planOf(resources), "the plan", config);
const mandatory = async (resources: readonly Made[], config = {}) =>
  (await check(resources, config)).violations
    .filter(({ enforcementLevel }) => enforcementLevel === "mandatory")
    .map(({ policy, resource, message }) => `${policy} ${resource}: ${message.split("\n")[0]}`);

describe("the policies on a Terraform plan", () => {
  const both = ["vsphere_virtual_machine.a", "vsphere_virtual_machine.b"];

  it("pass a sound one, and say which of them judged", async () => {
    const { violations, judged, resources } = await check([cluster, vm("a"), vm("b"), rule("anti_affinity", both)]);
    assert.deepEqual(
      violations.map(({ policy }) => policy),
      ["permanent-rule-declared"],
    );
    assert.equal(resources, 4);
    assert.ok(judged.includes("rules-agree") && !judged.includes("placement-telemetry-fresh"));
  });

  it("refuse a cluster without HA", async () => {
    const [refusal] = await mandatory([{ ...cluster, after: { name: "c", ha_enabled: false } }]);
    assert.match(refusal, /^cluster-tolerates-host-failure vsphere_compute_cluster\.c: .* HA off/);
  });

  it("follow references to VMs that are not made: rules that contradict each other", async () => {
    const found = await mandatory([cluster, vm("a"), vm("b"), rule("anti_affinity", both), rule("affinity", both)]);
    assert.equal(found.length, 1);
    assert.match(found[0], /^rules-agree .*keeps a and b apart/);
  });

  it("count the instances of a VM with count, and the cluster's hosts", async () => {
    const many = [0, 1, 2].map((index) => vm("a", { index, after: { name: `a-${index}`, num_cpus: 1, memory: 1024 } }));
    const found = await mandatory([cluster, ...many, rule("anti_affinity", ["vsphere_virtual_machine.a"], 3)]);
    assert.equal(found.length, 1);
    assert.match(found[0], /^anti-affinity-group-fits-hosts .*keeps 3 virtual machines apart; 2 hosts/);
  });

  it("tell instances apart that are referred to by index", async () => {
    const many = [0, 1, 2].map((index) => vm("a", { index, after: { name: `a-${index}` } }));
    const apart = rule("anti_affinity", ["vsphere_virtual_machine.a[0]", "vsphere_virtual_machine.a[1]"]);
    const together = rule("affinity", ["vsphere_virtual_machine.a[1]", "vsphere_virtual_machine.a[2]"]);
    assert.deepEqual(await mandatory([cluster, ...many, apart, together]), []);
  });

  it("leave alone what isn't known before the apply", async () => {
    const blank = {
      ...cluster,
      after: { name: "c" },
      unknown: { ha_enabled: true, ha_admission_control_policy: true },
    };
    assert.deepEqual(await mandatory([blank, vm("a", { after: {}, unknown: { name: true, num_cpus: true } })]), []);
  });

  it("find the moves of VMs, and hold them against holds and budgets", async () => {
    const moved = vm("a", {
      before: { name: "a", host_system_id: "host-1" },
      after: { name: "a", host_system_id: "host-2" },
    });
    assert.deepEqual(await mandatory([moved]), []);
    const [held] = await mandatory([moved], { "held-virtual-machine-stays": { held: ["a"] } });
    assert.match(held, /a is on hold \(held\) and planned to move to host-2/);
  });

  it("take levels and settings by policy, and can't remediate", async () => {
    const bad = { ...cluster, after: { ha_enabled: false } };
    const level = (enforcementLevel: string) => ({ "cluster-tolerates-host-failure": { enforcementLevel } });
    assert.equal((await mandatory([bad], level("advisory"))).length, 0);
    assert.equal((await check([bad], level("disabled"))).violations.length, 0);
    const limited = vm("a", { after: { cpu_limit: 100 } });
    assert.equal(
      (await mandatory([limited], { "resource-limits-unset": { enforcementLevel: "remediate" } })).length,
      1,
    );
  });

  it("say what a Terraform plan can't tell", async () => {
    const { notJudged } = await check([vm("a")]);
    assert.deepEqual(
      notJudged.map(({ policy }) => policy),
      ["host-pinned-against-drs"],
    );
  });

  it("follow variables into modules and outputs out of them", async () => {
    const change = (address: string, module: string | undefined, after: Loose, unknown: Loose = {}) => ({
      address,
      module_address: module,
      mode: "managed",
      type: address.split(".").at(-2),
      name: address.split(".").at(-1),
      change: { actions: ["create"], before: null, after, after_unknown: unknown },
    });
    const ids = { virtual_machine_ids: [true, true] };
    const member = { references: ["module.vms.a", "module.vms"] };
    const plan = {
      format_version: "1.2",
      planned_values: {},
      resource_changes: [
        change("module.vms.vsphere_virtual_machine.a", "module.vms", { name: "a" }),
        change("module.vms.vsphere_virtual_machine.b", "module.vms", { name: "b" }),
        change("module.rules.vsphere_compute_cluster_vm_affinity_rule.near", "module.rules", { mandatory: true }, ids),
        change("vsphere_compute_cluster_vm_anti_affinity_rule.far", undefined, { mandatory: true }, ids),
      ],
      configuration: {
        root_module: {
          resources: [
            {
              type: "vsphere_compute_cluster_vm_anti_affinity_rule",
              name: "far",
              expressions: { virtual_machine_ids: { references: ["module.vms.a", "module.vms.b"] }, mandatory: {} },
            },
          ],
          module_calls: {
            vms: {
              module: {
                resources: ["a", "b"].map((name) => ({
                  type: "vsphere_virtual_machine",
                  name,
                  expressions: { name: {} },
                })),
                outputs: {
                  a: { expression: { references: ["vsphere_virtual_machine.a.id", "vsphere_virtual_machine.a"] } },
                  b: { expression: { references: ["vsphere_virtual_machine.b.id", "vsphere_virtual_machine.b"] } },
                },
              },
            },
            rules: {
              expressions: { members: { references: [...member.references, "module.vms.b"] } },
              module: {
                resources: [
                  {
                    type: "vsphere_compute_cluster_vm_affinity_rule",
                    name: "near",
                    expressions: { virtual_machine_ids: { references: ["var.members"] }, mandatory: {} },
                  },
                ],
              },
            },
          },
        },
      },
    };
    const { violations } = await checkTerraformPlan(JSON.stringify(plan), "the plan");
    const found = violations.find(({ policy }) => policy === "rules-agree");
    assert.match(found?.message ?? "none", /keeps a and b apart/);
  });
});

describe("a Terraform plan that is not one", () => {
  const refused: [what: string, text: string, message: RegExp][] = [
    ["empty", "", /is not JSON/],
    ["cut off", planOf([vm("a")]).slice(0, 200), /is not JSON/],
    ["a list", "[]", /not a Terraform plan/],
    ["null", "null", /not a Terraform plan/],
    ["a state", '{"format_version":"1.0","values":{}}', /is a state, not a plan/],
    ["of another format", '{"format_version":"2.0","resource_changes":[]}', /not valid/],
    ["with changes that are none", '{"format_version":"1.2","resource_changes":[1,{"address":5}]}', /not a valid/],
    [
      "with a configuration that is none",
      '{"format_version":"1.2","resource_changes":[],"configuration":{"root_module":7}}',
      /not valid/,
    ],
    [
      "nested too deep",
      planOf([vm("a", { after: { tags: "DEEP" } })]).replace('"DEEP"', "[".repeat(5000) + "]".repeat(5000)),
      /nested more than 64/,
    ],
  ];
  for (const [what, text, message] of refused) {
    it(`${what}, is refused by name`, async () => {
      await assert.rejects(checkTerraformPlan(text, 'the plan "p.json"'), (error) => {
        assert.ok(error instanceof AffinityError);
        assert.equal(error.code, "TERRAFORM_PLAN_INVALID");
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it("names at most twenty problems, however many there are", async () => {
    const text = JSON.stringify({
      format_version: "1.2",
      resource_changes: Array.from({ length: 100_000 }, () => ({})),
    });
    await assert.rejects(
      checkTerraformPlan(text, "p"),
      (error) => error instanceof AffinityError && error.problems.length === 20,
    );
  });

  it("with modules without end, is refused", async () => {
    let module: Loose = {};
    for (let i = 0; i < 40; i++) module = { module_calls: { m: { module } } };
    const text = JSON.stringify({
      format_version: "1.2",
      resource_changes: [],
      configuration: { root_module: module },
    });
    await assert.rejects(checkTerraformPlan(text, "p"), /more than 32 levels/);
  });

  it("with variables that refer to each other, ends", async () => {
    const expressions = { virtual_machine_ids: { references: ["module.m.o"] } };
    const type = "vsphere_compute_cluster_vm_affinity_rule";
    const module = { outputs: { o: { expression: { references: ["var.v", "var.v"] } } } };
    const text = JSON.stringify({
      format_version: "1.2",
      resource_changes: [],
      configuration: {
        root_module: {
          resources: [{ type, name: "r", expressions }],
          module_calls: { m: { module, expressions: { v: { references: ["module.m.o", "module.m.o"] } } } },
        },
      },
    });
    assert.deepEqual((await checkTerraformPlan(text, "p")).violations, []);
  });

  it("of hostile names and values, changes nothing but the answer", async () => {
    const hostile = vm("a", { after: { ["__proto__"]: { polluted: true }, constructor: "x", name: "\u001b[31m" } });
    await check([hostile]);
    assert.equal(({} as Loose).polluted, undefined);
  });

  it("of any JSON whatever, is refused by name or judged, never a crash", async () => {
    const types = fc.constantFrom("vsphere_virtual_machine", "vsphere_compute_cluster", "vsphere_drs_vm_override");
    const attributes = fc.dictionary(
      fc.constantFrom("name", "num_cpus", "memory", "tags", "host_system_id", "drs_enabled", "ha_enabled", "cpu_limit"),
      fc.jsonValue(),
    );
    const change = fc.record({
      address: fc.string({ minLength: 1 }),
      mode: fc.constant("managed"),
      type: types,
      name: fc.string(),
      change: fc.record({
        actions: fc.constant(["update"]),
        before: attributes,
        after: attributes,
        after_unknown: fc.jsonValue(),
      }),
    });
    const plan = fc.record({
      format_version: fc.constant("1.2"),
      resource_changes: fc.array(fc.oneof(change, fc.jsonValue()), { maxLength: 6 }),
      configuration: fc.oneof(fc.jsonValue(), fc.constant({ root_module: {} })),
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(plan, fc.jsonValue()), async (value) => {
        await checkTerraformPlan(JSON.stringify(value), "p").catch((error: unknown) => {
          if (!(error instanceof AffinityError)) throw error;
        });
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});
