import assert from "node:assert/strict";
import { antiAffinityGroupFitsHosts } from "../../../policies";
import {
  runPolicy,
  testAntiAffinityRule,
  testCluster,
  testHost,
  testPlacement,
  testVirtualMachine,
  unknown,
} from "../../../policies/testing";
import type { TestResource } from "../../../policies/testing";

const members = ["db-1", "db-2", "db-3"];
const group = { name: "replicas", kind: "apart", members, mandatory: true };
const placement = (hosts: number, changes = {}) =>
  testPlacement("shop", { groups: [{ ...group, ...changes }] }, { candidateHosts: { replicas: hosts } });
const found = async (resources: TestResource[], config = {}) =>
  (await runPolicy(antiAffinityGroupFitsHosts, resources, config)).map((violation) => violation.resource);

describe("policy anti-affinity-group-fits-hosts", () => {
  describe("on a placement's groups", () => {
    it("passes a group with a host for each member", async () => {
      assert.deepEqual(await found([placement(3)]), []);
    });

    it("names the group, its size and the hosts", async () => {
      const violations = await runPolicy(antiAffinityGroupFitsHosts, [placement(2)]);
      assert.equal(violations.length, 1);
      assert.equal(violations[0].enforcementLevel, "mandatory");
      assert.match(violations[0].message, /Group replicas keeps 3 virtual machines apart; 2 hosts could hold them/);
    });

    it("asks for spare hosts where configured", async () => {
      assert.deepEqual(await found([placement(3)], { spareHosts: 1 }), ["shop"]);
      assert.deepEqual(await found([placement(4)], { spareHosts: 1 }), []);
    });

    it("takes a group for mandatory that doesn't say, and leaves preferences alone unless configured", async () => {
      assert.deepEqual(await found([placement(2, { mandatory: undefined })]), ["shop"]);
      assert.deepEqual(await found([placement(2, { mandatory: false })]), []);
      assert.deepEqual(await found([placement(2, { mandatory: false })], { includePreferred: true }), ["shop"]);
    });

    it("leaves groups that belong together alone", async () => {
      assert.deepEqual(await found([placement(1, { kind: "together" })]), []);
    });

    it("leaves what isn't known yet to the update, and checks the rest", async () => {
      assert.deepEqual(await found([testPlacement("shop", { groups: unknown })]), []);
      assert.deepEqual(await found([testPlacement("shop", { groups: [group], plan: unknown })]), []);
      assert.deepEqual(
        await found([testPlacement("shop", { groups: [group] })]),
        [],
        "the plan counts no hosts for it",
      );
      const partly = testPlacement(
        "shop",
        { groups: [{ ...group, members: ["db-1", unknown] }, group] },
        { candidateHosts: { replicas: 2 } },
      );
      assert.deepEqual(await found([partly]), ["shop"]);
    });
  });

  describe("on DRS rules", () => {
    const rule = (props = {}, cluster?: TestResource) =>
      testAntiAffinityRule(
        "apart",
        { computeClusterId: "domain-c1", virtualMachineIds: members, mandatory: true, ...props },
        { dependsOn: cluster ? { computeClusterId: [cluster] } : {} },
      );
    const planned = (hosts: number | undefined, asOf = 2, id = "domain-c1") =>
      testPlacement(`plan-${asOf}-${id}`, {}, { confirmedAt: asOf, cluster: { id, name: "cluster-1", hosts } });

    it("takes the cluster's hosts from the newest plan for it", async () => {
      assert.deepEqual(await found([rule(), planned(2)]), ["apart"]);
      assert.deepEqual(await found([rule(), planned(3)]), []);
      assert.deepEqual(await found([rule(), planned(2, 1), planned(3, 2)]), []);
      assert.deepEqual(await found([rule(), planned(2, 1, "domain-c2")]), [], "another cluster's plan says nothing");
      assert.deepEqual(await found([rule(), planned(undefined)]), [], "nor does one that doesn't count the hosts");
    });

    it("takes them from a cluster of the program, whose id a preview may not know", async () => {
      const cluster = testCluster("cluster", { hostSystemIds: ["host-1", unknown] });
      assert.deepEqual(await found([cluster, rule({ computeClusterId: unknown }, cluster)]), ["apart"]);
      const large = testCluster("cluster", { hostSystemIds: ["host-1", "host-2", unknown] });
      assert.deepEqual(await found([large, rule({ computeClusterId: unknown }, large)]), []);
    });

    it("counts hosts of the program only where it manages all of them, and without those that are away", async () => {
      const stack = (hostManaged: boolean, third = {}) => {
        const cluster = testCluster("cluster", { hostManaged });
        const host = (name: string, props = {}) => testHost(name, props, { dependsOn: { cluster: [cluster] } });
        return [cluster, host("esx-1"), host("esx-2"), host("esx-3", third), rule({}, cluster)];
      };
      assert.deepEqual(await found(stack(true)), []);
      assert.deepEqual(await found(stack(true, { maintenance: true })), ["apart"]);
      assert.deepEqual(await found(stack(true, { connected: false })), ["apart"]);
      assert.deepEqual(await found(stack(false, { maintenance: true })), [], "there may be others");
    });

    it("counts members that a preview doesn't know by name", async () => {
      assert.deepEqual(await found([rule({ virtualMachineIds: [unknown, unknown, unknown] }), planned(2)]), ["apart"]);
      assert.deepEqual(await found([rule({ virtualMachineIds: unknown }), planned(2)]), []);
    });

    it("leaves disabled rules alone, and preferences unless configured", async () => {
      assert.deepEqual(await found([rule({ enabled: false }), planned(2)]), []);
      assert.deepEqual(await found([rule({ mandatory: undefined }), planned(2)]), []);
      assert.deepEqual(await found([rule({ mandatory: unknown }), planned(2)]), []);
      assert.deepEqual(await found([rule({ mandatory: undefined }), planned(2)], { includePreferred: true }), [
        "apart",
      ]);
    });

    it("leaves alone a rule whose cluster's hosts nobody knows", async () => {
      assert.deepEqual(await found([rule()]), []);
    });
  });

  it("doesn't apply to other resources", async () => {
    assert.deepEqual(await found([testVirtualMachine("db-1"), testCluster("cluster", { hostSystemIds: [] })]), []);
  });
});
