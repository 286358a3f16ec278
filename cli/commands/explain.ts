import type { CliCommand } from "../command";
import { loadSettings } from "../config";
import { ExitCode } from "../exit";
import { AffinityError } from "../../engine/errors";
import { costTable, explain } from "../explain";
import { DEFAULT_JOURNAL, addInventoryOptions, addPlanOptions, addTelemetryOptions } from "../options";
import { loadPlan } from "../plan-file";
import type { RequestFlags } from "../request";
import { makePlan, readSnapshot } from "../world";
import { wrap } from "../wrap";

interface ExplainFlags extends RequestFlags {
  readonly plan?: string;
  readonly costs?: boolean;
}

/** Why a VM is where the plan puts it, or what the plan does to a host. */
export const explainCommand: CliCommand<ExplainFlags> = {
  name: "explain",
  summary: "say in five lines why a VM goes where it goes, or what a plan does to a host",
  examples: [
    "vsphere-affinity explain web-01 --plan plan.json",
    "vsphere-affinity explain web-01 --costs --inventory inventory.json --telemetry telemetry.duckdb",
    "vsphere-affinity explain esx-03 --inventory inventory.json --telemetry telemetry.duckdb",
  ],
  configure(command) {
    command.argument("<name>", "VM or host, by name or id");
    addInventoryOptions(command);
    addTelemetryOptions(command);
    addPlanOptions(command);
    command
      .option("--plan <file|digest>", "a plan that was saved, or one in the journal (default: plan anew)")
      .option("--request <file>", "VMs to be and their groups, as YAML or JSON")
      .option("--costs", "of a VM: its cost on every host, by objective, and what rules hosts out (plans anew)");
  },
  async run(context, flags, [name]) {
    if (flags.costs && flags.plan !== undefined) {
      throw new AffinityError({
        code: "USAGE",
        message: "a saved plan doesn't hold the costs on every host",
        hint: "leave out --plan: --costs plans anew",
      });
    }
    const plan =
      flags.plan === undefined ? await freshPlan() : await loadPlan(flags.plan, flags.journal ?? DEFAULT_JOURNAL);
    const explanation = explain(plan, name);
    const { proseColumns } = context.output;
    context.output.result(explanation, () => {
      const lines = explanation.lines.flatMap((line) => wrap(line, proseColumns, "  "));
      if (flags.costs && explanation.kind === "vm")
        lines.push("", costTable(explanation.subject, context.output.columns));
      return lines.join("\n");
    });
    return ExitCode.clean;

    async function freshPlan() {
      const settings = loadSettings(flags, context.environment);
      const snapshot = await readSnapshot(context, settings);
      return makePlan(context, settings, snapshot, flags.costs ? { ...flags, explain: name } : flags);
    }
  },
};
