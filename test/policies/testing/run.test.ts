import assert from "node:assert/strict";
import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { runPolicy, type TestResource, testCluster, testVirtualMachine, unknown } from "../../../policies/testing";

const policy = (validateResource: ResourceValidationPolicy["validateResource"]): ResourceValidationPolicy => ({
  name: "mine",
  description: "A user's own policy",
  enforcementLevel: "mandatory",
  configSchema: { properties: { limit: { type: "number", default: 4 } } },
  validateResource,
});

describe("policies/testing", () => {
  const large = testVirtualMachine("large", { numCpus: 5 });

  it("runs a user's own policy, with its configuration's defaults and with others", async () => {
    const small = policy((args, report) => {
      const { limit } = args.getConfig<{ limit: number }>();
      if (args.props.numCpus > limit) report(`${args.name}: ${args.props.numCpus} > ${limit}`);
    });
    const violation = { policy: "mine", enforcementLevel: "mandatory", resource: "large", message: "large: 5 > 4" };
    assert.deepEqual(await runPolicy(small, [large]), [violation]);
    assert.deepEqual(await runPolicy(small, [large], { limit: 5 }), []);
  });

  it("runs several validations, asynchronous ones too, and keeps what one said before it found it doesn't apply", async () => {
    const several = policy([
      async (_args, report) => report("one"),
      (args, report) => {
        report("two");
        args.notApplicable("enough");
      },
    ]);
    const violations = await runPolicy(several, [large]);
    assert.deepEqual(
      violations.map((violation) => violation.message),
      ["one", "two"],
    );
  });

  it("ends a policy that reads an unknown value, at any depth, with advice", async () => {
    const reading = policy((args) => void args.props.disks[0].size.toString());
    const [violation] = await runPolicy(reading, [testVirtualMachine("new", { disks: [{ size: unknown }] })]);
    assert.equal(violation.enforcementLevel, "advisory");
    assert.match(violation.message, /disks\.0\.size can't be known during preview/);
  });

  it("lets a policy's defect through", async () => {
    const broken = policy(() => {
      throw new TypeError("a defect");
    });
    await assert.rejects(runPolicy(broken, [large]), /a defect/);
  });

  it("shows a stack policy outputs and dependencies", async () => {
    const seen: unknown[] = [];
    const stack: StackValidationPolicy = {
      name: "stack",
      description: "Looks",
      validateStack: ({ resources }, report) => {
        const [vm] = resources;
        seen.push(
          vm.props.moid,
          vm.propertyDependencies.resourcePoolId.map((each) => each.name),
        );
        seen.push(vm.isType({ __pulumiType: vm.type } as never), vm.isType({ __pulumiType: "other" } as never));
        report("at large");
      },
    };
    const cluster: TestResource = testCluster("cluster");
    const vm = testVirtualMachine("a", {}, { outputs: { moid: "vm-1" }, dependsOn: { resourcePoolId: [cluster] } });
    const violations = await runPolicy(stack, [vm, cluster]);
    assert.deepEqual(seen, ["vm-1", ["cluster"], true, false]);
    const expected = { policy: "stack", enforcementLevel: "advisory", resource: undefined, message: "at large" };
    assert.deepEqual(violations, [expected]);
  });
});
