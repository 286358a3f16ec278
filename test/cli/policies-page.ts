import { listPolicies, type PolicyDescription } from "../../policies";

/** What docs/policies.md says, made of the policies themselves: a description can't fall behind its policy. */
export function policiesPage(): string {
  return [
    "# Policies",
    "The pack in `policies/pack` guards what `Placement` plans: `pulumi preview --policy-pack policies/pack`. The same",
    'policies are exported for packs of your own: `new PolicyPack("ours", { policies: [...policies] })` with `policies`',
    "from `pulumi-vsphere-affinity/policies`.",
    "",
    "A configuration file, given with `--policy-pack-config`, names policies and their settings. `enforcementLevel`",
    "(`advisory`, `mandatory`, `disabled`) goes with any of them, and `remediate` with those that mend what they find:",
    "",
    "```json",
    "{",
    '  "placement-telemetry-fresh": { "minCoverage": 0.5 },',
    '  "planned-virtual-machine-pinned": { "enforcementLevel": "disabled" }',
    "}",
    "```",
    "",
    "A policy whose resource could not be planned says nothing: the resource's own error tells why, and stops the update.",
    "What a preview can't know yet is left to the update, which checks again before anything is made. `vsphere-affinity",
    "quickstart` ends with exit code 3 where a mandatory policy refuses. `vsphere-affinity policies --json` says all of",
    "this page as data.",
    "",
    "References to NIST SP 800-53 name the control that a check serves; no check meets one by itself.",
    "",
    "## Tests of your own",
    "",
    "`pulumi-vsphere-affinity/policies/testing` runs any policy, ours or yours, without Pulumi: `runPolicy(policy, [testCluster(",
    '"c", { haEnabled: false })], config)` gives the violations; `unknown` stands for what a preview can\'t know, `dependsOn`',
    "for the resources that a value comes from, and `remediateResource` gives the resource as a remediation leaves it.",
    "",
    "## Terraform",
    "",
    "```sh",
    "terraform plan -out=plan.bin && terraform show -json plan.bin > plan.json",
    "vsphere-affinity check --terraform-plan plan.json --policy-config policies.json",
    "```",
    "",
    "The same policies judge the resources of the vSphere provider; those that look at `Placement`, `Stickiness` or",
    "`MigrationSchedule` have nothing to judge there, but a VM whose `host_system_id` changes counts as a planned move. What a",
    "plan leaves unknown (`after_unknown`) is left to the next. `host-pinned-against-drs` is not judged, since a plan's JSON",
    "doesn't show `ignore_changes`. Exit code 3: a mandatory policy refuses. The configuration is the one above, as YAML or",
    "JSON; a policy may have a level in place of settings, `all` gives the level of all others.",
    "",
    ...listPolicies().flatMap(section),
  ]
    .join("\n")
    .replace("# Policies\n", "# Policies\n\n")
    .trimEnd()
    .concat("\n");
}

function section(policy: PolicyDescription): string[] {
  const settings = Object.entries(policy.configSchema.properties).map(
    ([key, { description, default: value }]) => `- \`${key}\` (${JSON.stringify(value)}): ${description}`,
  );
  return [
    `## ${policy.name}`,
    "",
    policy.description,
    "",
    `- Level: ${policy.enforcementLevel}; severity: ${policy.severity}; group: ${policy.group}`,
    `- Looks at: ${policy.appliesTo.map((type) => `\`${type}\``).join(", ")}`,
    `- Why: ${policy.rationale}`,
    `- To fix: ${policy.remediation}`,
    ...policy.references.map(
      ({ framework, version, control, title }) => `- Serves: ${framework} (${version}) ${control}, ${title}`,
    ),
    ...(policy.remediates ? ['- Mends what it finds where its level is "remediate"'] : []),
    `- More: <${policy.url}>`,
    "",
    ...(settings.length > 0 ? ["Settings, with their defaults:", "", ...settings, ""] : ["No settings.", ""]),
  ];
}
