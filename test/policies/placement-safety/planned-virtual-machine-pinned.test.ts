import assert from "node:assert/strict";
import { plannedVirtualMachinePinned } from "../../../policies";
import { runPolicy, testPlacement, testVirtualMachine, unknown } from "../../../policies/testing";

const plan = testPlacement("shop", { placements: [{ vm: "web-1", hostId: "host-1", host: "esx-1" }] });

describe("policy planned-virtual-machine-pinned", () => {
  it("advises where a planned machine says no host, even if vCenter has given it one", async () => {
    const unpinned = testVirtualMachine("web-1", {}, { outputs: { hostSystemId: "host-1" } });
    const violations = await runPolicy(plannedVirtualMachinePinned, [plan, unpinned]);
    assert.deepEqual(
      violations.map(({ resource, enforcementLevel }) => [resource, enforcementLevel]),
      [["web-1", "advisory"]],
    );
    assert.match(violations[0].message, /web-1 says no host; the plan gives it esx-1/);
  });

  it("says nothing of pinned machines, of hosts not known yet, or of machines that nobody planned", async () => {
    const stacks = [
      testVirtualMachine("web-1", { hostSystemId: "host-9" }),
      testVirtualMachine("web-1", { hostSystemId: unknown }),
      testVirtualMachine("web-1", { name: unknown }),
      testVirtualMachine("db-1"),
    ];
    for (const vm of stacks) assert.deepEqual(await runPolicy(plannedVirtualMachinePinned, [plan, vm]), []);
  });

  it("blocks if configured to, and doesn't run if disabled", async () => {
    const stack = [plan, testVirtualMachine("web-1")];
    const [violation] = await runPolicy(plannedVirtualMachinePinned, stack, { enforcementLevel: "mandatory" });
    assert.equal(violation.enforcementLevel, "mandatory");
    assert.deepEqual(await runPolicy(plannedVirtualMachinePinned, stack, { enforcementLevel: "disabled" }), []);
  });

  it("doesn't apply to stacks without a placement", async () => {
    assert.deepEqual(await runPolicy(plannedVirtualMachinePinned, [testVirtualMachine("web-1")]), []);
  });
});
