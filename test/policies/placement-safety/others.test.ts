import {
  apartGroupOnDifferentHosts,
  clusterToleratesHostFailure,
  criticalGroupHostsIndependent,
  criticalVirtualMachineRiskBounded,
  hostGroupHasHosts,
  overcommitBounded,
  placementHeadroomKept,
  planLeavesNothingBroken,
  replicasOnOneHost,
  replicasOnSeveralDatastores,
  rulesAgree,
} from "../../../policies";
import {
  testAffinityRule,
  testAntiAffinityRule,
  testCluster,
  testHost,
  testHostGroup,
  testHostRule,
  testPlacement,
  testSchedule,
  testStickiness,
  testVirtualMachine,
  unknown,
} from "../../../policies/testing";
import { describePolicy } from "../cases";

const elsewhere = { stack: [testVirtualMachine("a")] };
const at = (vm: string, host: number, rest = {}) => ({ vm, hostId: `host-${host}`, host: `esx-${host}`, ...rest });
const apart = { name: "pair", kind: "apart", members: ["web-1", "web-2"], mandatory: true };

describePolicy(clusterToleratesHostFailure, {
  passes: { stack: [testCluster("c", { haEnabled: true })] },
  fails: { stack: [testCluster("c")], says: [/c has HA off/], at: "c" },
  unknown: { stack: [testCluster("c", { haEnabled: unknown, haAdmissionControlPolicy: unknown })] },
  "doesn't apply": elsewhere,
  "admission control off": {
    stack: [testCluster("c", { haEnabled: true, haAdmissionControlPolicy: "disabled" })],
    says: [/admission control off/],
  },
  "N+2 demanded": {
    stack: [testCluster("c", { haEnabled: true })],
    config: { hostFailures: 2 },
    says: [/failure of 1 hosts; 2 are demanded/],
  },
  "failover hosts, one of them not made yet": {
    stack: [
      testCluster("c", {
        haEnabled: true,
        haAdmissionControlPolicy: "failoverHosts",
        haAdmissionControlFailoverHostSystemIds: ["host-1", unknown],
      }),
    ],
    config: { hostFailures: 2 },
  },
  "no failover host": {
    stack: [testCluster("c", { haEnabled: true, haAdmissionControlPolicy: "failoverHosts" })],
    says: [/failure of 0 hosts/],
  },
});

describePolicy(placementHeadroomKept, {
  passes: { stack: [testPlacement("p", { placements: [at("a", 1, { headroom: { cpu: 0.2, memory: 0.1 } })] })] },
  fails: {
    stack: [testPlacement("p", { placements: [at("a", 1, { headroom: { cpu: -0.05, memory: 0.1 } })] })],
    says: [/a is planned on esx-1, which is left -5 % of its CPU/],
    at: "p",
  },
  unknown: { stack: [testPlacement("p", { placements: unknown })] },
  "doesn't apply": elsewhere,
  "nobody knows the headroom": {
    stack: [testPlacement("p", { placements: [at("a", 1, { headroom: { cpu: null, memory: null } })] })],
  },
  "more demanded": {
    stack: [testPlacement("p", { placements: [at("a", 1, { headroom: { cpu: 0.2, memory: 0.1 } })] })],
    config: { minMemoryHeadroom: 0.15 },
    says: [/10 % of its memory .* at least 15 %/],
  },
});

describePolicy(overcommitBounded, {
  passes: { stack: [testPlacement("p", { settings: { vcpusPerCore: 8 } }), testSchedule("s")] },
  fails: {
    stack: [testPlacement("p", { settings: { vcpusPerCore: 16, memoryOvercommit: 2 } })],
    says: [/vcpusPerCore is 16; at most 8/, /memoryOvercommit is 2; at most 1.25/],
  },
  unknown: { stack: [testPlacement("p", { settings: unknown })] },
  "doesn't apply": elsewhere,
  "a schedule's settings": { stack: [testSchedule("s", { settings: { vcpusPerCore: 9 } })], says: [/is 9/], at: "s" },
});

const critical = [{ name: "web-1", criticality: "critical" }, { name: "web-2" }];
const uncorrelated = {
  lacking: [{ what: "host failure correlation", subjects: ["esx-1"], count: 1, fallback: "taken to fail alone" }],
};
describePolicy(criticalGroupHostsIndependent, {
  passes: { stack: [testPlacement("p", { virtualMachines: critical, groups: [apart] })] },
  fails: {
    stack: [testPlacement("p", { virtualMachines: critical, groups: [apart] }, uncorrelated)],
    says: [/pair is on hosts of which nobody knows whether they fail together/],
  },
  unknown: { stack: [testPlacement("p", { virtualMachines: unknown, groups: [apart] }, uncorrelated)] },
  "doesn't apply": elsewhere,
  "groups that aren't critical": {
    stack: [testPlacement("p", { virtualMachines: [], groups: [apart] }, uncorrelated)],
  },
  "spread over racks": {
    stack: [
      testPlacement(
        "p",
        { virtualMachines: critical, groups: [{ ...apart, over: { tagCategory: "rack" } }] },
        uncorrelated,
      ),
    ],
    config: { faultDomainCategory: "rack" },
  },
  "not spread over racks": {
    stack: [testPlacement("p", { virtualMachines: critical, groups: [apart] })],
    config: { faultDomainCategory: "rack" },
    says: [/not spread over rack/],
  },
  "correlation weighs nothing": {
    stack: [
      testPlacement("p", {
        virtualMachines: critical,
        groups: [apart],
        settings: { weights: { correlatedFailure: 0 } },
      }),
    ],
    says: [/correlatedFailure of 0/],
  },
});

const two = (a: number, b: number, group: object = apart) =>
  testPlacement("p", { groups: [group], placements: [at("web-1", a), at("web-2", b)] });
describePolicy(apartGroupOnDifferentHosts, {
  passes: { stack: [two(1, 2)] },
  fails: { stack: [two(1, 1)], says: [/pair: web-1, web-2 are planned on esx-1, which may hold 1/], at: "p" },
  unknown: { stack: [testPlacement("p", { groups: [apart], placements: unknown })] },
  "doesn't apply": elsewhere,
  "a group that belongs together": { stack: [two(1, 2, { ...apart, kind: "together" })], says: [/esx-1, esx-2/] },
  "a preference": { stack: [two(1, 1, { ...apart, mandatory: false })] },
  "spread, with room for two on a host": { stack: [two(1, 1, { ...apart, kind: "spread", maxPerDomain: 2 })] },
  "spread over racks, of which the plan says nothing": {
    stack: [two(1, 1, { ...apart, over: { tagCategory: "rack" } })],
  },
});

const placed = (a: number, b: number, groups: object[] = []) =>
  testPlacement("p", { groups, placements: [at("web-1", a), at("web-2", b), at("db", 1)] });
describePolicy(replicasOnOneHost, {
  passes: { stack: [placed(1, 2)] },
  fails: { stack: [placed(1, 1)], says: [/All 2 of web-1, web-2 are planned on esx-1/] },
  unknown: { stack: [testPlacement("p", { placements: [at("web-1", 1), at("web-2", 1), unknown] })] },
  "doesn't apply": elsewhere,
  "wanted so": { stack: [placed(1, 1, [{ ...apart, kind: "together" }])] },
});

const vms = [testVirtualMachine("a"), testVirtualMachine("b"), testVirtualMachine("c")];
const over = (...members: typeof vms) =>
  [
    { virtualMachineIds: members.map(() => unknown), mandatory: true, computeClusterId: "domain-c1" },
    { dependsOn: { virtualMachineIds: members } },
  ] as const;
describePolicy(rulesAgree, {
  passes: {
    stack: [
      ...vms,
      testAntiAffinityRule("far", ...over(vms[0], vms[1])),
      testAffinityRule("near", ...over(vms[1], vms[2])),
    ],
  },
  fails: {
    stack: [
      ...vms,
      testAntiAffinityRule("far", ...over(vms[0], vms[1])),
      testAffinityRule("near", ...over(vms[0], vms[1])),
    ],
    says: [/rule far keeps a and b apart; rule near keeps them together/],
    at: "far",
  },
  unknown: {
    stack: [
      testAntiAffinityRule("far", { virtualMachineIds: unknown, mandatory: true }),
      testAffinityRule("near", { virtualMachineIds: unknown, mandatory: true }),
    ],
  },
  "doesn't apply": elsewhere,
  "over a third": {
    stack: [
      testAntiAffinityRule("far", { virtualMachineIds: ["1", "3"], mandatory: true }),
      testAffinityRule("near", { virtualMachineIds: ["1", "2"], mandatory: true }),
      testAffinityRule("nearer", { virtualMachineIds: ["2", "3"], mandatory: true }),
    ],
    says: [/keeps 1 and 3 apart; rule near, rule nearer/],
  },
  "preferences and rules that are off": {
    stack: [
      testAntiAffinityRule("far", { virtualMachineIds: ["1", "2"] }),
      testAffinityRule("near", { virtualMachineIds: ["1", "2"], mandatory: true }),
      testAntiAffinityRule("off", { virtualMachineIds: ["1", "2"], mandatory: true, enabled: false }),
    ],
  },
  "a group, a stickiness and a rule that speak of the same VMs by name and by id": {
    stack: [
      testVirtualMachine("a", {}, { outputs: { uuid: "1" } }),
      testVirtualMachine("b", {}, { outputs: { uuid: "2" } }),
      testPlacement("p", { groups: [{ name: "g", kind: "apart", members: ["a", "b"] }] }),
      testStickiness("s", { virtualMachines: ["a", "b"], keep: "apart", mandatory: true }),
      testAffinityRule("near", { virtualMachineIds: ["1", "2"], mandatory: true }),
    ],
    says: [/group g of Placement p/, /Stickiness s/],
  },
  "hosts that VMs are bound to and kept from": {
    stack: [
      testHostRule("on", { computeClusterId: "c", vmGroupName: "v", affinityHostGroupName: "h", mandatory: true }),
      testHostRule("off", { computeClusterId: "c", vmGroupName: "v", antiAffinityHostGroupName: "h", mandatory: true }),
      testHostRule("other", {
        computeClusterId: "d",
        vmGroupName: "v",
        antiAffinityHostGroupName: "h",
        mandatory: true,
      }),
    ],
    says: [/on binds VM group v to host group h; rule off keeps it/],
  },
});

const group = (ids: unknown, hosts: ReturnType<typeof testHost>[] = []) =>
  testHostGroup("g", { name: "g", computeClusterId: "c", hostSystemIds: ids }, { dependsOn: { hostSystemIds: hosts } });
const bind = testHostRule("bind", {
  computeClusterId: "c",
  vmGroupName: "v",
  affinityHostGroupName: "g",
  mandatory: true,
});
const away = testHost("esx-1", { maintenance: true });
describePolicy(hostGroupHasHosts, {
  passes: { stack: [group(["host-1"]), bind] },
  fails: { stack: [group([]), bind], says: [/g has 0 hosts for the VMs of rule bind/], at: "g" },
  unknown: { stack: [group(unknown), bind] },
  "doesn't apply": elsewhere,
  "no rule needs it": { stack: [group([])] },
  "a rule that may be broken": {
    stack: [group([]), testHostRule("r", { computeClusterId: "c", vmGroupName: "v", affinityHostGroupName: "g" })],
  },
  "all its hosts in maintenance": { stack: [away, group([unknown], [away]), bind], says: [/esx-1 can take none/] },
});

const on = (name: string, datastoreId: unknown) => testVirtualMachine(name, { datastoreId });
const kept = (...members: typeof vms) => testAntiAffinityRule("far", ...over(...members));
const [a1, b1, b2] = [on("a", "ds-1"), on("b", "ds-1"), on("b", "ds-2")];
describePolicy(replicasOnSeveralDatastores, {
  passes: { stack: [a1, b2, kept(a1, b2)] },
  fails: { stack: [a1, b1, kept(a1, b1)], says: [/All 2 members of rule far are on the datastore ds-1/], at: "far" },
  unknown: { stack: [a1, on("b", unknown), kept(a1, on("b", unknown))] },
  "doesn't apply": elsewhere,
  "a stretched datastore": { stack: [a1, b1, kept(a1, b1)], config: { exemptDatastores: ["ds-1"] } },
  "a group of a placement": {
    stack: [
      testPlacement("p", {
        groups: [apart],
        virtualMachines: [
          { name: "web-1", datastore: "x" },
          { name: "web-2", datastore: "x" },
        ],
      }),
    ],
    says: [/group pair are on the datastore x/],
  },
});

const broken = { unresolved: [{ constraint: "ha-admission-control", text: "no room", subjects: [], count: 0 }] };
describePolicy(planLeavesNothingBroken, {
  passes: { stack: [testPlacement("p")] },
  fails: { stack: [testPlacement("p", {}, broken)], says: [/Left broken \(ha-admission-control\): no room/] },
  unknown: { stack: [testPlacement("p", { plan: unknown })] },
  "doesn't apply": elsewhere,
  allowed: { stack: [testPlacement("p", {}, broken)], config: { allowed: ["ha-admission-control"] } },
});

const risky = (risk: number, criticality = "critical") =>
  testPlacement("p", { virtualMachines: [{ name: "a", criticality }], placements: [at("a", 1, { risk })] });
describePolicy(criticalVirtualMachineRiskBounded, {
  passes: { stack: [risky(0.1)] },
  fails: { stack: [risky(0.2)], says: [/a \(critical\) is planned on esx-1 at a risk of 0.2/] },
  unknown: { stack: [testPlacement("p", { placements: unknown })] },
  "doesn't apply": elsewhere,
  "a VM that may be lost": { stack: [risky(0.9, "low")] },
});
