import { AffinityError } from "../../engine/errors";
import type { Violation } from "../../policies/testing";
import type { TerraformCheck } from "../../policies/terraform";
import type { CliCommand, CommonFlags } from "../command";
import { ExitCode } from "../exit";
import { readTextFile } from "../files";
import { lazy } from "../lazy";
import { readPolicyConfig } from "../policy-config";
import { printable } from "../table";
import { wrap } from "../wrap";

interface CheckFlags extends CommonFlags {
  readonly terraformPlan?: string;
  readonly policyConfig?: string;
}

/** The policies of the pack, for programs that Pulumi doesn't run. */
export const checkCommand: CliCommand<CheckFlags> = {
  name: "check",
  summary: "hold a Terraform plan against the policies; exit code 3 if a mandatory one refuses",
  examples: [
    "vsphere-affinity check --terraform-plan plan.json",
    "vsphere-affinity check --terraform-plan plan.json --policy-config policies.yaml --json",
  ],
  configure(command) {
    command
      .option("--terraform-plan <file>", "a plan as `terraform show -json PLAN` writes it")
      .option("--policy-config <file>", "levels and settings of the policies, as YAML or JSON");
  },
  async run(context, flags) {
    if (flags.terraformPlan === undefined) {
      throw new AffinityError({
        code: "USAGE",
        message: "there is nothing to check",
        hint: "give --terraform-plan FILE; a Pulumi program is checked by pulumi preview --policy-pack",
      });
    }
    const config = flags.policyConfig === undefined ? {} : readPolicyConfig(flags.policyConfig);
    const text = readTextFile(flags.terraformPlan, "Terraform plan");
    const subject = `the Terraform plan "${flags.terraformPlan}"`;
    const found = await lazy.terraform().checkTerraformPlan(text, subject, config);
    const refused = found.violations.some(({ enforcementLevel }) => enforcementLevel === "mandatory");
    context.output.result({ plan: flags.terraformPlan, refused, ...found }, () =>
      told(found)
        .flatMap((line) => wrap(printable(line), context.output.proseColumns, "    "))
        .join("\n"),
    );
    return refused ? ExitCode.blocked : ExitCode.clean;
  },
};

function told({ resources, judged, notJudged, violations }: TerraformCheck): string[] {
  const mandatory = violations.filter(({ enforcementLevel }) => enforcementLevel === "mandatory");
  const count = (list: readonly Violation[], word: string) => `${list.length} ${word}`;
  const advice = violations.filter(({ enforcementLevel }) => enforcementLevel !== "mandatory");
  return [
    ...[...mandatory, ...advice].flatMap(({ policy, enforcementLevel, resource, message }) => [
      `[${enforcementLevel}] ${policy}${resource === undefined ? "" : `  (${resource})`}`,
      ...message.split("\n").map((line) => `  ${line}`),
    ]),
    ...notJudged.map(({ policy, because }) => `not judged: ${policy}, since ${because}`),
    `${judged.length} policies on ${resources} resources: ${count(mandatory, "refusals")}, ${count(advice, "pieces of advice")}`,
  ];
}
