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
    "(`advisory`, `mandatory`, `disabled`) goes with any of them:",
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
    "quickstart` ends with exit code 3 where a mandatory policy refuses.",
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
    `- More: <${policy.url}>`,
    "",
    ...(settings.length > 0 ? ["Settings, with their defaults:", "", ...settings, ""] : ["No settings.", ""]),
  ];
}
