import { criticalVirtualMachineHasHistory, modelSkillAboveBaseline, planLacksLittle } from "../../../policies";
import { testPlacement, testVirtualMachine, unknown } from "../../../policies/testing";
import { describePolicy } from "../cases";

const elsewhere = { stack: [testVirtualMachine("a")] };
const lacking = (what: string, count = 1) => ({
  lacking: [{ what, subjects: ["a", "b", "c", "d"].slice(0, count), count, fallback: "the baseline" }],
});

const added = (vm: object, plan = {}) =>
  testPlacement(
    "p",
    {
      virtualMachines: [{ name: "a", criticality: "critical", ...vm }],
      placements: [{ vm: "a", hostId: "host-1", host: "esx-1", action: "place" }],
    },
    plan,
  );
describePolicy(criticalVirtualMachineHasHistory, {
  passes: { stack: [added({ like: "old" })] },
  fails: { stack: [added({})], says: [/a \(critical\) is new and says no VM that it is like/], at: "p" },
  unknown: { stack: [testPlacement("p", { virtualMachines: unknown })] },
  "doesn't apply": elsewhere,
  "like a VM that isn't there": {
    stack: [added({ like: "odl" }, lacking('a virtual machine named "odl" to be like'))],
    says: [/is like odl, which the inventory doesn't have/],
  },
  "not critical": { stack: [added({ criticality: "normal" })] },
});

const untrained = lacking("trained model demand/quantile/cpu: its skill is not above the baseline's");
describePolicy(modelSkillAboveBaseline, {
  passes: { stack: [testPlacement("p", {}, lacking("cpu history"))] },
  fails: {
    stack: [testPlacement("p", {}, untrained)],
    says: [/model demand\/quantile\/cpu doesn't serve \(its skill .*\); the plan rests on the baseline/],
  },
  unknown: { stack: [testPlacement("p", { plan: unknown })] },
  "doesn't apply": elsewhere,
  "a model that need not serve": { stack: [testPlacement("p", {}, untrained)], config: { models: ["failure/host"] } },
});

describePolicy(planLacksLittle, {
  passes: { stack: [testPlacement("p", {}, lacking("disks", 50))] },
  fails: {
    stack: [testPlacement("p", {}, lacking("disks", 51))],
    says: [/lacked disks of 51, such as a, b, c; instead: the baseline/],
  },
  unknown: { stack: [testPlacement("p", { plan: unknown })] },
  "doesn't apply": elsewhere,
  accepted: { stack: [testPlacement("p", {}, lacking("disks", 99))], config: { accepted: ["disks"] } },
});
