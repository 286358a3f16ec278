import { Option } from "commander";
import type { CliCommand } from "../command";
import { loadSettings } from "../config";
import { ExitCode } from "../exit";
import { writeTextFile } from "../files";
import { addInventoryOptions, addPlanOptions, addTelemetryOptions } from "../options";
import { planSummary, planTable } from "../plan-table";
import type { RequestFlags } from "../request";
import { makePlan, readSnapshot } from "../world";

interface PlanFlags extends RequestFlags {
  readonly save?: string;
  readonly all?: boolean;
}

/** What would be placed and moved, and why; changes nothing. */
export const planCommand: CliCommand<PlanFlags> = {
  name: "plan",
  summary: "show what would be placed and moved, and why; changes nothing",
  examples: [
    "vsphere-affinity plan --inventory inventory.json --telemetry telemetry.duckdb",
    "vsphere-affinity plan --vcenter vc.example.com --telemetry http://influx:8086/telegraf --request vms.yaml",
  ],
  configure(command) {
    addInventoryOptions(command);
    addTelemetryOptions(command);
    addPlanOptions(command);
    command
      .option("--request <file>", "VMs to be and their groups, as YAML or JSON")
      .addOption(
        new Option("--include <which>", "VMs of the inventory to plan as well (default: all)").choices([
          "all",
          "unplaced",
          "none",
        ]),
      )
      .option("--save <file>", "write the plan, for drift and explain")
      .option("--all", "list the VMs that stay as well");
  },
  async run(context, flags) {
    const settings = loadSettings(flags, context.environment);
    const snapshot = await readSnapshot(context, settings);
    const plan = await makePlan(context, settings, snapshot, flags);
    if (flags.save !== undefined) writeTextFile(flags.save, `${JSON.stringify(plan, null, 2)}\n`, "plan");
    context.output.result(plan, () => planTable(plan, { width: context.output.columns, all: flags.all === true }));
    context.output.note(planSummary(plan));
    const changes = plan.virtualMachines.some((placed) => placed.action !== "keep");
    return changes ? ExitCode.changes : ExitCode.clean;
  },
};
