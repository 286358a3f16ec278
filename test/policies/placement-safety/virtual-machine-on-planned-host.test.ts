import assert from "node:assert/strict";
import { virtualMachineOnPlannedHost } from "../../../policies";
import { runPolicy, testPlacement, testVirtualMachine, unknown } from "../../../policies/testing";
import type { TestResource } from "../../../policies/testing";

const placed = (vm: string, hostId: string) => ({ vm, hostId, host: `esx-${hostId}` });
const plan = testPlacement("shop", { placements: [placed("web-1", "host-1"), placed("web-2", "host-2")] });
const vm = testVirtualMachine;
const found = async (resources: TestResource[], config = {}) =>
  (await runPolicy(virtualMachineOnPlannedHost, resources, config)).map((violation) => violation.resource);

describe("policy virtual-machine-on-planned-host", () => {
  it("passes machines on the hosts that the plan gives", async () => {
    const web = ["1", "2"].map((n) => vm(`web-${n}`, { hostSystemId: `host-${n}` }));
    assert.deepEqual(await found([plan, ...web]), []);
  });

  it("names the machine, its host and the planned one, under the machine", async () => {
    const violations = await runPolicy(virtualMachineOnPlannedHost, [
      plan,
      vm("web-1", { hostSystemId: "host-2" }),
      vm("web-2", { hostSystemId: "host-2" }),
    ]);
    assert.equal(violations.length, 1);
    assert.equal(violations[0].resource, "web-1");
    assert.equal(violations[0].enforcementLevel, "mandatory");
    assert.match(violations[0].message, /web-1 is pinned to host-2; the plan gives it esx-host-1 \(host-1\)/);
  });

  it("matches by the name in vCenter, not by the resource's", async () => {
    const renamed = vm("front-end", { name: "web-1", hostSystemId: "host-9" });
    const other = vm("web-2", { name: "something else", hostSystemId: "host-9" });
    assert.deepEqual(await found([plan, renamed, other]), ["front-end"]);
  });

  it("takes a host that isn't known yet for no violation, and goes on with the others", async () => {
    const waiting = vm("web-1", { hostSystemId: unknown });
    const nameless = vm("web-3", { name: unknown, hostSystemId: "host-9" });
    const wrong = vm("web-2", { hostSystemId: "host-9" });
    assert.deepEqual(await found([waiting, nameless, wrong, plan]), ["web-2"]);
  });

  it("goes on where part of a plan, or one of two plans, isn't known yet", async () => {
    const partly = testPlacement("partly", { placements: [placed("web-1", "host-1"), unknown] });
    const later = testPlacement("later", { placements: unknown, plan: unknown });
    const web = [vm("web-1", { hostSystemId: "host-9" }), vm("web-7", { hostSystemId: "host-9" })];
    assert.deepEqual(await found([partly, later, ...web]), ["web-1"]);
  });

  it("leaves alone a machine for which vCenter, not the program, chose the host", async () => {
    assert.deepEqual(await found([plan, vm("web-1", {}, { outputs: { hostSystemId: "host-9" } })]), []);
  });

  it("leaves alone a machine that DRS may move, unless configured", async () => {
    const drs = vm("web-1", { hostSystemId: "host-9" }, { opts: { ignoreChanges: ["hostSystemId"] } });
    assert.deepEqual(await found([plan, drs]), []);
    assert.deepEqual(await found([plan, drs], { checkIgnoredChanges: true }), ["web-1"]);
  });

  it("accepts either host where two placements plan machines of one name", async () => {
    const other = testPlacement("elsewhere", { placements: [placed("web-1", "host-7")] });
    assert.deepEqual(await found([plan, other, vm("web-1", { hostSystemId: "host-7" })]), []);
    assert.deepEqual(await found([plan, other, vm("web-1", { hostSystemId: "host-8" })]), ["web-1"]);
  });

  it("doesn't apply to stacks without a placement", async () => {
    assert.deepEqual(await found([vm("web-1", { hostSystemId: "host-9" })]), []);
  });
});
