import assert from "node:assert/strict";
import { BlockedByPolicyError } from "../../cli/errors";
import { failureOf } from "../../cli/quickstart/failure";

const URN = "urn:pulumi:stack::project::pulumi-nodejs:dynamic/vsphere-affinity:Placement::shop";
const result = { code: 255, stdout: "one\n\ntwo\n", stderr: "three\n" };
const policy = (enforcementLevel: string) => ({
  policyEvent: {
    resourceUrn: URN,
    message: "<{%fg 1%}>too old<{%reset%}>\n",
    policyName: "fresh",
    policyPackName: "pack",
    enforcementLevel,
  },
});
const diagnostic = (message: string, urn?: string) => ({ diagnosticEvent: { message, severity: "error", urn } });

describe("the failure of a Pulumi command", () => {
  it("is a refusal where a mandatory policy made it fail", () => {
    const failure = failureOf("pulumi up", result, [
      policy("mandatory"),
      policy("mandatory"),
      diagnostic("preview failed"),
    ]);
    assert.ok(failure instanceof BlockedByPolicyError);
    assert.deepEqual(failure.problems, [{ path: "pack/fresh", message: "too old" }]);
  });

  it("is the resource's, without its stack, where a policy only saw what was left of it", () => {
    const message =
      "resource 'shop' has a problem: no host\n    at check (/a/b.js:1:2)\n    at <anonymous>\n  hint: add room\n";
    const failure = failureOf("pulumi up", result, [diagnostic(message, URN), policy("mandatory")]);
    assert.ok(!(failure instanceof BlockedByPolicyError));
    assert.equal(failure.code, "PULUMI_FAILED");
    assert.deepEqual(failure.problems, [
      { path: "shop", message: "resource 'shop' has a problem: no host\n      hint: add room" },
    ]);
  });

  it("is the end of the output where there is nothing better, an advisory policy being no reason", () => {
    const failure = failureOf("pulumi up", result, [policy("advisory")]);
    assert.equal(failure.code, "PULUMI_FAILED");
    assert.match(failure.message, /exit code 255/);
    assert.deepEqual(
      failure.problems.map((problem) => problem.message),
      ["one", "two", "three"],
    );
  });
});
