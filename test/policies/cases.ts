import assert from "node:assert/strict";
import type { AffinityPolicy } from "../../policies";
import { type PolicyConfig, runPolicy, type TestResource } from "../../policies/testing";

/** One stack and what a policy says of it: a pattern for each violation, in order; none: it passes. */
export interface Case {
  readonly stack: readonly TestResource[];
  readonly config?: PolicyConfig;
  readonly says?: readonly RegExp[];
  /** Name of the resource that the first violation is shown under. */
  readonly at?: string;
}

/** The four answers that every policy must have, and whatever else is worth telling. */
export interface Cases {
  readonly passes: Case;
  readonly fails: Case;
  readonly unknown: Case;
  readonly "doesn't apply": Case;
  readonly [situation: string]: Case;
}

export function describePolicy(policy: AffinityPolicy, cases: Cases): void {
  describe(`policy ${policy.name}`, () => {
    for (const [situation, { stack, config = {}, says = [], at }] of Object.entries(cases)) {
      it(`${situation}${says.length > 0 ? `: ${says.map(({ source }) => source).join("; ")}` : ""}`, async () => {
        const violations = await runPolicy(policy, stack, config);
        const messages = violations.map(({ message }) => message);
        assert.equal(messages.length, says.length, messages.join("\n"));
        says.forEach((pattern, index) => assert.match(messages[index], pattern));
        for (const { message } of violations) assert.match(message, /\nTo fix: /);
        if (at !== undefined) assert.equal(violations[0].resource, at);
      });
    }
    it("refuses a setting that it doesn't have", () => {
      assert.throws(() => policy.checkConfig({ noSuchSetting: 1 }), { code: "POLICY_CONFIG_INVALID" });
    });
    it("has a failing case that fails", () => assert.ok((cases.fails.says ?? []).length > 0));
  });
}
