import assert from "node:assert/strict";
import {
  drsOverrideAgreesWithPlan,
  hostPinnedAgainstDrs,
  ignoreChangesUnderDrs,
  predictiveDrsOff,
  virtualMachineTagged,
} from "../../../policies";
import {
  remediateResource,
  runPolicy,
  testCluster,
  testDrsOverride,
  testPlacement,
  testResourcePool,
  testSchedule,
  testTag,
  testTagCategory,
  testVirtualMachine,
  unknown,
} from "../../../policies/testing";
import { describePolicy } from "../cases";

const elsewhere = { stack: [testPlacement("p")] };
const automated = testCluster("cluster", { drsEnabled: true, drsAutomationLevel: "fullyAutomated" });
const manual = testCluster("cluster", { drsEnabled: true });
const pool = testResourcePool("pool", {}, { dependsOn: { parentResourcePoolId: [automated] } });
const vm = (props = {}, holder = automated, opts = {}) =>
  testVirtualMachine("a", { hostSystemId: "host-1", ...props }, { dependsOn: { resourcePoolId: [holder] }, opts });
const ignored = { ignoreChanges: ["hostSystemId"] };
const planned = testPlacement("p", { placements: [{ vm: "a", hostId: "host-1", host: "esx-1" }] });
const override = (props: object) => testDrsOverride("o", { virtualMachineId: "u", ...props });
const made = (machine: ReturnType<typeof vm>) => ({ ...machine, outputs: { uuid: "u" } });

describePolicy(hostPinnedAgainstDrs, {
  passes: { stack: [manual, vm({}, manual)] },
  fails: { stack: [automated, vm()], says: [/a is pinned to host-1; cluster lets DRS move it/], at: "a" },
  unknown: { stack: [testCluster("cluster", { drsEnabled: unknown }), vm({ name: unknown })] },
  "doesn't apply": elsewhere,
  "through a resource pool": { stack: [automated, pool, vm({}, pool)], says: [/a is pinned/] },
  "ignoring changes": { stack: [automated, vm({}, automated, ignored)] },
  "a cluster outside the stack": { stack: [testVirtualMachine("a", { hostSystemId: "host-1", resourcePoolId: "x" })] },
  "found by the pool's id": {
    stack: [
      { ...automated, outputs: { resourcePoolId: "resgroup-1" } },
      testVirtualMachine("a", { hostSystemId: "host-1", resourcePoolId: "resgroup-1" }),
    ],
    says: [/a is pinned/],
  },
  "DRS off for the VM": { stack: [automated, made(vm()), override({ drsEnabled: false })] },
  "overrides that the cluster doesn't obey": {
    stack: [
      testCluster("cluster", { ...automated.props, drsEnableVmOverrides: false }),
      made(vm()),
      override({ drsEnabled: false }),
    ],
    says: [/a is pinned/],
  },
  "planned: the next policy's": { stack: [automated, vm(), planned] },
});

describePolicy(ignoreChangesUnderDrs, {
  passes: { stack: [automated, vm({}, automated, ignored), planned] },
  fails: { stack: [automated, vm(), planned], says: [/a follows its plan, and DRS moves it by itself/], at: "a" },
  unknown: { stack: [automated, vm({ name: unknown }), planned] },
  "doesn't apply": { stack: [automated, vm()] },
  "a host that the preview doesn't know": {
    stack: [automated, vm({ hostSystemId: unknown }), planned],
    says: [/follows/],
  },
  "a cluster outside the stack": { stack: [testVirtualMachine("a", { hostSystemId: "host-1" }), planned] },
  "a cluster outside the stack, taken as automated": {
    stack: [testVirtualMachine("a", { hostSystemId: "host-1" }), planned],
    config: { assumeAutomated: true },
    says: [/follows its plan/],
  },
});

const schedule = testSchedule("s", {
  waves: [
    {
      startsAt: 1,
      durationSeconds: 1,
      moves: [{ vm: "a", from: "esx-1", to: "esx-2", fromHostId: "host-1", toHostId: "host-2" }],
    },
  ],
});
describePolicy(drsOverrideAgreesWithPlan, {
  passes: { stack: [made(vm()), planned, override({ drsEnabled: false })] },
  fails: {
    stack: [made(vm()), planned, override({ drsEnabled: true, drsAutomationLevel: "fullyAutomated" })],
    says: [/o lets DRS move a, which follows its plan/],
    at: "o",
  },
  unknown: { stack: [made(vm()), planned, override({ drsEnabled: unknown })] },
  "doesn't apply": { stack: [made(vm()), override({ drsEnabled: true })] },
  "a move of a VM that DRS may not move": {
    stack: [made(vm()), override({ drsEnabled: false }), schedule],
    says: [/a is planned to move to esx-2; the override o turns DRS off/],
  },
  "unless that means nothing": {
    stack: [made(vm()), override({ drsEnabled: false }), schedule],
    config: { disabledMeansHeld: false },
  },
});

const predictive = (on: unknown) => testCluster("c", { drsEnablePredictiveDrs: on, folder: unknown });
describePolicy(predictiveDrsOff, {
  passes: { stack: [predictive(false)] },
  fails: { stack: [predictive(true)], says: [/c has predictive DRS on/], at: "c" },
  unknown: { stack: [predictive(unknown)] },
  "doesn't apply": elsewhere,
  remediated: { stack: [predictive(true)], config: { enforcementLevel: "remediate" } },
});

describe("remediation of predictive-drs-off", () => {
  it("changes that property alone, and leaves unknown ones unknown", async () => {
    const { props } = await remediateResource(predictiveDrsOff, predictive(true));
    assert.deepEqual(props, { drsEnablePredictiveDrs: false, folder: unknown });
  });
  it("leaves alone what passes, what isn't known and what it doesn't apply to", async () => {
    for (const resource of [predictive(false), predictive(unknown), vm()]) {
      assert.equal(await remediateResource(predictiveDrsOff, resource), resource);
    }
  });
  it("is off unless the level asks for it", async () => {
    assert.equal((await runPolicy(predictiveDrsOff, [predictive(true)], { enforcementLevel: "mandatory" })).length, 1);
  });
});

const category = testTagCategory("category", { name: "zone" });
const tag = testTag("tag", {}, { dependsOn: { categoryId: [category] } });
const tagged = testVirtualMachine("a", { tags: [unknown] }, { dependsOn: { tags: [tag] } });
describePolicy(virtualMachineTagged, {
  passes: { stack: [tagged, tag, category] },
  fails: { stack: [testVirtualMachine("a")], says: [/a has 0 tags; at least 1/], at: "a" },
  unknown: { stack: [testVirtualMachine("a", { tags: unknown })] },
  "doesn't apply": elsewhere,
  "a category that it has": { stack: [tagged, tag, category], config: { categories: ["zone"] } },
  "a category that it lacks": {
    stack: [tagged, tag, category],
    config: { categories: ["zone", "owner"] },
    says: [/no tag of owner/],
  },
  "tags of which nobody knows the category": {
    stack: [testVirtualMachine("a", { tags: ["urn:1"] })],
    config: { categories: ["zone"] },
  },
});
