import type { PolicyDescription } from "../../policies";
import type { CliCommand } from "../command";
import { ExitCode } from "../exit";
import { lazy } from "../lazy";
import { renderTable } from "../table";

/** What there is to be configured, and why. */
export const policiesCommand: CliCommand = {
  name: "policies",
  summary: "list the policies with their levels, settings and reasons",
  examples: ["vsphere-affinity policies", "vsphere-affinity policies --json"],
  configure: () => undefined,
  async run(context) {
    const listed = lazy.policies().listPolicies();
    context.output.result(listed, () => text(listed, context.output.columns));
    return ExitCode.clean;
  },
};

function text(listed: readonly PolicyDescription[], width: number): string {
  const groups = [...new Set(listed.map(({ group }) => group))].sort();
  const sections = groups.map((group) => {
    const rows = listed
      .filter((policy) => policy.group === group)
      .map(({ name, enforcementLevel, severity, description }) => [name, enforcementLevel, severity, description]);
    const columns = [
      { title: group.toUpperCase().replace("-", " "), min: 38 },
      { title: "LEVEL" },
      { title: "SEVERITY" },
      { title: "WHAT", fill: true },
    ];
    return renderTable(columns, rows, Math.max(width, 100));
  });
  return `${sections.join("\n\n")}\n\n${listed.length} policies; settings and reasons: --json, or docs/policies.md`;
}
