import { policies } from "../registry";
import { type PolicyConfig, runPolicies, type Violation } from "../testing";
import { parseTerraformPlan } from "./plan";
import { resourcesOf } from "./resources";

export interface TerraformCheck {
  /** How many resources of the plan the policies know. */
  readonly resources: number;
  /** Policies that had something to judge. */
  readonly judged: readonly string[];
  /** Policies that would apply, and can't tell from a plan of Terraform. */
  readonly notJudged: readonly { readonly policy: string; readonly because: string }[];
  readonly violations: readonly Violation[];
}

/** Terraform's JSON has no lifecycle blocks. */
const NEED_IGNORE_CHANGES: ReadonlySet<string> = new Set(["host-pinned-against-drs"]);

/**
 * Runs the policies on a plan of Terraform.
 * @param text JSON of `terraform show -json`
 * @param config by policy name; "remediate" counts as mandatory, since nothing here writes Terraform code
 * @throws AffinityError TERRAFORM_PLAN_INVALID
 */
export async function checkTerraformPlan(
  text: string,
  subject: string,
  config: Readonly<Record<string, PolicyConfig>> = {},
): Promise<TerraformCheck> {
  const resources = resourcesOf(parseTerraformPlan(text, subject));
  const types = new Set(resources.map(({ type }) => type));
  const applying = policies.filter(
    ({ name, appliesTo }) => config[name]?.enforcementLevel !== "disabled" && appliesTo.some((type) => types.has(type)),
  );
  const judging = applying.filter(({ name }) => !NEED_IGNORE_CHANGES.has(name));
  const without = applying.filter(({ name }) => NEED_IGNORE_CHANGES.has(name));
  const levels = Object.fromEntries(
    Object.entries(config).map(([name, given]): [string, PolicyConfig] => [
      name,
      given.enforcementLevel === "remediate" ? { ...given, enforcementLevel: "mandatory" } : given,
    ]),
  );
  return {
    resources: resources.length,
    judged: judging.map(({ name }) => name),
    notJudged: without.map(({ name }) => ({ policy: name, because: "a Terraform plan doesn't show ignore_changes" })),
    violations: await runPolicies(judging, resources, levels),
  };
}
