import assert from "node:assert/strict";
import fc from "fast-check";
import type { HostOutlook } from "../../../../engine/models";
import {
  durationOf,
  groupRisk,
  keepExpiry,
  planStickiness,
  ruleConflicts,
  stickinessRequestSchema,
} from "../../../../engine/planner/stickiness";
import { type Snapshot } from "../../../../engine/snapshot";
import { syntheticCluster } from "../../../../engine/synthetic";

const outlookOf = (probability: number[][], joint: number[] | null = null): HostOutlook => ({
  hosts: probability[0].map((_, i) => `host-${i}`),
  stepHours: 2,
  probability: probability.map((row) => Float64Array.from(row)),
  joint: joint && Float64Array.from(joint),
});

describe("stickiness", () => {
  describe("a group's risk", () => {
    it("apart: without a rule the worst host takes two along, with it two hosts must fail", () => {
      const risk = groupRisk(outlookOf([[0.1, 0.02, 0.5]]), [0, 1], "apart", 0);
      assert.equal(risk.without, 0.1);
      assert.ok(Math.abs(risk.with - 0.002) < 1e-12);
    });

    it("apart: hosts that fail together save less, down to nothing", () => {
      const joint = [0.1, 0.08, 0.08, 0.1];
      const tied = groupRisk(outlookOf([[0.1, 0.1]], joint), [0, 1], "apart", 0);
      assert.ok(Math.abs(tied.with - 0.08) < 1e-12);
      const one = groupRisk(outlookOf([[0.1, 0.1]], [0.1, 0.1, 0.1, 0.1]), [0, 1], "apart", 0);
      assert.ok(one.without - one.with < 1e-12);
    });

    it("together: on one host the application is lost with that host alone", () => {
      const risk = groupRisk(outlookOf([[0.1, 0.2]]), [0, 1], "together", 0);
      assert.ok(Math.abs(risk.without - (1 - 0.9 * 0.8)) < 1e-12);
      assert.equal(risk.with, 0.1);
    });

    it("together: members that are on one host already would part without the rule", () => {
      const risk = groupRisk(outlookOf([[0.1, 0.2, 0.4]]), [0, 0], "together", 0);
      assert.ok(Math.abs(risk.without - (1 - 0.9 * (1 - 0.3))) < 1e-12);
      assert.equal(risk.with, 0.1);
    });

    it("takes the mean of all hosts for a VM that has none", () => {
      const risk = groupRisk(outlookOf([[0.1, 0.3]]), [0, -1], "apart", 0);
      assert.equal(risk.without, 0.2);
    });

    it("is a probability, and a rule never raises it", () => {
      const p = fc.double({ min: 0, max: 1, noNaN: true });
      fc.assert(
        fc.property(
          fc.array(p, { minLength: 2, maxLength: 5 }),
          fc.array(fc.nat(4), { minLength: 2, maxLength: 4 }),
          fc.constantFrom("apart" as const, "together" as const),
          (hosts, members, keep) => {
            const rows = members.map((m) => m % hosts.length);
            const risk = groupRisk(outlookOf([hosts]), rows, keep, 0);
            assert.ok(risk.with >= 0 && risk.without <= 1 + 1e-12);
            assert.ok(risk.with <= risk.without + 1e-12);
          },
        ),
      );
    });
  });

  describe("how long", () => {
    const limits = { riskBound: 0.1, minHours: 3, maxHours: 20 };
    it("lasts to the end of the last step above the bound", () => {
      assert.deepEqual(durationOf([0.5, 0.4, 0.3, 0.05, 0.01], 2, limits), { hours: 6, bound: "prediction" });
    });
    it("keeps to the user's bounds, and says which", () => {
      assert.deepEqual(durationOf([0.5, 0.05], 2, limits), { hours: 3, bound: "minimum" });
      assert.deepEqual(durationOf([0.5, 0.5, 0.5], 2, limits), { hours: 20, bound: "maximum" });
    });
    it("gives no rule where the bound isn't passed now, and none where nobody knows", () => {
      assert.equal(durationOf([0.1, 0.5], 2, limits), null);
      assert.equal(durationOf([Number.NaN], 2, limits), null);
      assert.equal(durationOf([], 2, limits), null);
    });
  });

  it("keeps an expiry that differs little, and takes one that differs much or has passed", () => {
    const hour = 3600;
    assert.equal(keepExpiry(100 * hour, 110 * hour, 0), 100 * hour);
    assert.equal(keepExpiry(100 * hour, 125 * hour, 0), 125 * hour);
    assert.equal(keepExpiry(100 * hour, 50 * hour, 0), 50 * hour);
    assert.equal(keepExpiry(2 * hour, 2.9 * hour, 0), 2 * hour);
    assert.equal(keepExpiry(hour, 9 * hour, 2 * hour), 9 * hour);
    assert.equal(keepExpiry(null, 9 * hour, 0), 9 * hour);
  });

  describe("a plan", () => {
    const { snapshot } = syntheticCluster({ seed: 1, hosts: 4, vms: 12, days: 1, stepMinutes: 60, end: 1_768_204_800 });
    const [cluster] = snapshot.clusters;
    const hosts = snapshot.hosts.map(({ id }) => id);
    const [a, b] = snapshot.virtualMachines.filter((vm) => vm.host !== null && vm.host !== hosts[3]);
    const outlook: HostOutlook = {
      hosts,
      stepHours: 1,
      probability: [0.2, 0.1, 0.03, 0.001].map((p) => Float64Array.from(hosts, (id) => (id === a.host ? p : 0.001))),
      joint: null,
    };
    const request = (over: object = {}) =>
      stickinessRequestSchema.parse({ cluster: cluster.id, virtualMachines: [a.name, b.name], ...over });
    const evidence = hosts.map((id) => (id === a.host ? "restarted twice" : ""));

    it("names the host on whose account it is, and the hour at which the reason ends", () => {
      const plan = planStickiness(request(), snapshot, cluster, outlook, evidence, 1_768_204_800);
      assert.equal(plan.wanted, true);
      assert.equal(plan.expiresAt, 1_768_204_800 + 3 * 3600);
      const host = snapshot.hosts.find(({ id }) => id === a.host)!.name;
      assert.match(plan.evidence, new RegExp(`^${host} fails with 20 % \\(restarted twice\\)`));
    });

    it("gives none where the failure model sees no ground", () => {
      const calm = { ...outlook, probability: [outlook.probability[3]] };
      const plan = planStickiness(request(), snapshot, cluster, calm, evidence, 0);
      assert.deepEqual([plan.wanted, plan.expiresAt], [false, null]);
    });

    it("lets a rule that is there stay until it saves less than half its bound", () => {
      const low = { ...outlook, probability: [Float64Array.from(hosts, (id) => (id === a.host ? 0.015 : 0.001))] };
      assert.equal(planStickiness(request(), snapshot, cluster, low, evidence, 0).wanted, false);
      assert.equal(planStickiness(request(), snapshot, cluster, low, evidence, 0, true).wanted, true);
    });

    it("knows a VM that is not made yet as one without id", () => {
      const wanted = request({ virtualMachines: [a.name, "to-be"] });
      const plan = planStickiness(wanted, snapshot, cluster, outlook, evidence, 0);
      assert.deepEqual(plan.members[1], { name: "to-be", id: null, host: null });
    });
  });

  describe("conflicts", () => {
    const { snapshot } = syntheticCluster({ seed: 1, hosts: 4, vms: 12, days: 1, stepMinutes: 60, end: 1_768_204_800 });
    const ids = snapshot.virtualMachines.map(({ id }) => id);
    const names = new Map(snapshot.virtualMachines.map((vm) => [vm.id, vm.name]));
    const withRules = (rules: Snapshot["clusters"][0]["rules"], over: object = {}) => ({
      ...snapshot.clusters[0],
      rules,
      vmGroups: [{ name: "vms", members: ids.slice(0, 2) }],
      hostGroups: [{ name: "one host", members: [snapshot.hosts[0].id] }],
      ...over,
    });
    const draft = (over: object = {}) => ({
      name: "ours",
      keep: "apart" as const,
      virtualMachines: ids.slice(0, 2),
      mandatory: false,
      ...over,
    });
    const base = { key: 7, enabled: true, mandatory: false };

    it("finds none where there is none", () => {
      assert.deepEqual(ruleConflicts(draft(), withRules([]), snapshot, null), []);
    });

    it("names a rule that says the opposite, and its VMs", () => {
      const rules = [{ ...base, kind: "vmAffinity" as const, name: "pair", virtualMachines: ids.slice(0, 3) }];
      const [text] = ruleConflicts(draft(), withRules(rules), snapshot, null);
      assert.equal(text, `the rule "pair" keeps ${names.get(ids[0])}, ${names.get(ids[1])} together`);
      assert.deepEqual(ruleConflicts(draft({ keep: "together" }), withRules(rules), snapshot, null), []);
      const off = [{ ...rules[0], enabled: false }];
      assert.deepEqual(ruleConflicts(draft(), withRules(off), snapshot, null), []);
    });

    it("refuses a name that is taken, unless the rule is ours", () => {
      const rules = [{ ...base, kind: "vmAntiAffinity" as const, name: "ours", virtualMachines: ids.slice(0, 2) }];
      assert.equal(ruleConflicts(draft(), withRules(rules), snapshot, null).length, 1);
      assert.deepEqual(ruleConflicts(draft(), withRules(rules), snapshot, 7), []);
    });

    it("refuses more VMs apart than there are usable hosts", () => {
      const [text] = ruleConflicts(draft({ virtualMachines: ids.slice(0, 5) }), withRules([]), snapshot, null);
      assert.match(text, /5 VMs are to be apart, and the cluster has 4 usable hosts/);
    });

    it("sees that mandatory host rules leave too few hosts", () => {
      const rules = [
        {
          ...base,
          mandatory: true,
          kind: "vmHostAffinity" as const,
          name: "licensed",
          vmGroup: "vms",
          hostGroup: "one host",
        },
      ];
      const [text] = ruleConflicts(draft(), withRules(rules), snapshot, null);
      assert.match(text, /only 1 hosts between them/);
      assert.deepEqual(ruleConflicts(draft({ keep: "together" }), withRules(rules), snapshot, null), []);
    });
  });
});
