import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ActionLog } from "../../engine/journal";
import type { FoundRule } from "../../provider/vsphere";
import type { StickinessDrift } from "../../provider";
import { needs, type Vcenter } from "../testbed";
import { ok, type Project } from "./project";
import { inVcenter, simulatedProject } from "./simulated-project";

const SOURCE = `
const { Stickiness } = require("pulumi-vsphere-affinity/provider");
for (const { name, args } of require("./stickiness.json")) {
  const resource = new Stickiness(name, args);
  exports[name] = { rule: resource.rule, expiresAt: resource.expiresAt, evidence: resource.evidence };
}`;

const NAME = "replicas apart";

describe("a stickiness' life in the real CLI, on the simulator", function () {
  this.timeout(240_000);
  needs("pulumi", "vsphere-plugin", "vcenter");

  let vcenter: Vcenter;
  let project: Project;
  let folder: string;
  let cluster: string;
  let machines: { id: string; name: string }[];

  const rules = (): Promise<FoundRule[]> => inVcenter(vcenter, (actions) => actions.rules(cluster));
  const named = async (name = NAME) => (await rules()).filter((rule) => rule.name === name);

  const program = (...list: { name: string; args: object }[]) =>
    writeFile(join(folder, "stickiness.json"), JSON.stringify(list));
  const replicas = (over: object = {}) => ({
    name: "replicas",
    args: {
      cluster: "DC0_C0",
      virtualMachines: machines.slice(0, 2).map(({ name }) => name),
      ruleName: NAME,
      // Below the base rate of failures: there is always a reason.
      riskBound: 1e-6,
      maxHours: 48,
      ...over,
    },
  });
  const up = async (...args: string[]) => ok(await project.pulumi("up", "--yes", "--skip-preview", ...args));

  /** What the last refresh wrote into the state. */
  async function drift(): Promise<StickinessDrift[]> {
    const { deployment } = JSON.parse(ok(await project.pulumi("stack", "export")).stdout) as {
      deployment: { resources: { type: string; outputs: { drift: StickinessDrift[] } }[] };
    };
    return deployment.resources.find(({ type }) => type.endsWith(":Stickiness"))!.outputs.drift;
  }

  before(async () => {
    ({ vcenter, project, folder } = await simulatedProject("sticky", SOURCE, { hosts: 4, vms: 8 }));
    const snapshot = await inVcenter(vcenter, (_, all) => all);
    cluster = snapshot.clusters[0].id;
    machines = snapshot.virtualMachines.filter((vm) => vm.cluster === cluster);
  });
  after(() => vcenter?.stop());

  it("shows the rule and its end in the preview, and makes it in the update", async () => {
    await program(replicas());
    const preview = ok(await project.pulumi("preview", "--diff"));
    assert.match(preview.text, /kind *: "vmAntiAffinity"/);
    assert.match(preview.text, /expiresAt *: "\d{4}-/);
    assert.deepEqual(await rules(), []);
    await up();
    const [rule] = await rules();
    assert.deepEqual(
      [rule.name, rule.kind, rule.enabled, rule.mandatory, [...rule.virtualMachines].sort()],
      [
        NAME,
        "vmAntiAffinity",
        true,
        false,
        machines
          .slice(0, 2)
          .map(({ id }) => id)
          .sort(),
      ],
    );
  });

  it("changes nothing the second time", async () => {
    ok(await project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes"));
  });

  it("changes its own rule in place when the group changes", async () => {
    const [before] = await named();
    await program(replicas({ virtualMachines: machines.slice(0, 3).map(({ name }) => name), mandatory: true }));
    await up();
    const [after] = await named();
    assert.equal(after.key, before.key);
    assert.equal(after.virtualMachines.length, 3);
    assert.equal(after.mandatory, true);
    await program(replicas());
    await up();
  });

  it("finds on refresh that somebody changed or removed it, and mends it", async () => {
    const [rule] = await named();
    await inVcenter(vcenter, (actions) => actions.editRule(cluster, rule.key, { ...rule, enabled: false }));
    ok(await project.pulumi("refresh", "--yes"));
    assert.deepEqual(await drift(), [{ what: "rule changed", detail: "it is disabled" }]);
    await up();
    assert.equal((await named())[0].enabled, true);
    await inVcenter(vcenter, async (actions) => actions.removeRule(cluster, (await named())[0].key));
    ok(await project.pulumi("refresh", "--yes"));
    assert.deepEqual(
      (await drift()).map(({ what }) => what),
      ["rule missing"],
    );
    await up();
    assert.equal((await named()).length, 1);
    ok(await project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes"));
  });

  it("takes the rule away when there is no ground for it any more, and makes it again when there is", async () => {
    await program(replicas({ riskBound: 0.9, minHours: 0.0001 }));
    await up();
    assert.deepEqual(await rules(), []);
    assert.match(ok(await project.pulumi("stack", "output", "replicas", "--json")).stdout, /none is needed/);
    await program(replicas());
    await up();
    assert.equal((await named()).length, 1);
  });

  it("refuses in the preview what fights with another rule, and a name that is another's", async () => {
    await inVcenter(vcenter, (actions) =>
      actions.addRule(cluster, {
        name: "someone's",
        kind: "vmAffinity",
        virtualMachines: machines.slice(2, 4).map(({ id }) => id),
      }),
    );
    const pair = machines.slice(2, 4).map(({ name }) => name);
    await program(replicas(), {
      name: "other",
      args: { cluster: "DC0_C0", virtualMachines: pair, riskBound: 1e-6 },
    });
    const fights = await project.pulumi("preview");
    assert.notEqual(fights.code, 0);
    assert.match(fights.text, /STICKINESS_CONFLICT/);
    assert.match(fights.text, /someone's/);
    assert.doesNotMatch(fights.text, /at .*\.js:\d+/);
    await program(replicas(), {
      name: "other",
      args: {
        cluster: "DC0_C0",
        virtualMachines: pair,
        keep: "together",
        riskBound: 1e-9,
        ruleName: "someone's",
      },
    });
    const taken = await project.pulumi("preview");
    assert.notEqual(taken.code, 0);
    assert.match(taken.text, /has a rule named "someone's" already/);
  });

  it("names every bad input at once", async () => {
    await program({ name: "bad", args: { cluster: "DC0_C0", virtualMachines: ["a"], keep: "near", maxHours: -1 } });
    const bad = await project.pulumi("preview");
    assert.notEqual(bad.code, 0);
    for (const path of ["virtualMachines", "keep", "maxHours"]) assert.match(bad.text, new RegExp(path));
  });

  it("takes away its own rule and no other, with an intent and an outcome for every act", async () => {
    await program(replicas());
    ok(await project.pulumi("destroy", "--yes", "--skip-preview"));
    assert.deepEqual(
      (await rules()).map(({ name }) => name),
      ["someone's"],
    );
    const actions = await new ActionLog(join(folder, "journal.duckdb.actions.ndjson")).actions();
    assert.deepEqual(
      actions.map(({ kind, outcome }) => [kind, outcome?.result]),
      [
        ["add-rule", "done"],
        ["edit-rule", "done"],
        ["edit-rule", "done"],
        ["edit-rule", "done"],
        ["add-rule", "done"],
        ["remove-rule", "done"],
        ["add-rule", "done"],
        ["remove-rule", "done"],
      ],
    );
  });
});
