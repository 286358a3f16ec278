import type { CliCommand } from "../command";
import { loadSettings } from "../config";
import { ExitCode } from "../exit";
import { AffinityError } from "../../engine/errors";
import { costTable, explain, explainScheduledWave, type Explanation, scheduledWaveId } from "../explanation";
import { workloadLine, workloadOf } from "../explanation/workload";
import { lazy } from "../lazy";
import { DEFAULT_JOURNAL, addInventoryOptions, addPlanOptions, addTelemetryOptions } from "../options";
import { loadPlan } from "../plan-file";
import type { RequestFlags } from "../request";
import { makePlan, readSnapshot } from "../world";
import { wrap } from "../wrap";

interface ExplainFlags extends RequestFlags {
  readonly plan?: string;
  readonly costs?: boolean;
}

/** Why a VM is where the plan puts it, what the plan does to a host, or why a wave runs when it runs. */
export const explainCommand: CliCommand<ExplainFlags> = {
  name: "explain",
  summary: "say in five lines why a VM goes where it goes, what a plan does to a host, or why a wave runs when",
  examples: [
    "vsphere-affinity explain web-01 --plan plan.json",
    "vsphere-affinity explain web-01 --costs --inventory inventory.json --telemetry telemetry.duckdb",
    "vsphere-affinity explain esx-03 --inventory inventory.json --telemetry telemetry.duckdb",
    "vsphere-affinity explain wave-2 --plan plan.json",
    "vsphere-affinity explain nightly#1 --vcenter vc.example.com --journal journal.duckdb",
  ],
  configure(command) {
    command.argument("<name>", "VM or host, by name or id; wave-N of the plan; SCHEDULE#N of a MigrationSchedule");
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
    const explanation = (await ofSchedule()) ?? (await ofPlan());
    const { proseColumns } = context.output;
    context.output.result(explanation, () => {
      const lines = explanation.lines.flatMap((line) => wrap(line, proseColumns, "  "));
      if (flags.costs && explanation.kind === "vm")
        lines.push("", costTable(explanation.subject, context.output.columns));
      return lines.join("\n");
    });
    return ExitCode.clean;

    async function ofPlan(): Promise<Explanation> {
      const plan = await thePlan();
      const explanation = explain(plan, name);
      const models = explanation.kind === "vm" ? modelsFolder() : undefined;
      if (explanation.kind !== "vm" || models === undefined) return explanation;
      const workload = await workloadOf(models, plan, explanation.subject);
      if (!workload) return explanation;
      const lines = [...explanation.lines, workloadLine(workload, explanation.subject)];
      return { ...explanation, workload, lines };
    }

    /** Undefined where none is configured; a saved plan can be explained without any settings. */
    function modelsFolder(): string | undefined {
      try {
        return loadSettings(flags, context.environment).models;
      } catch (error) {
        if (flags.plan !== undefined && error instanceof AffinityError) return undefined;
        throw error;
      }
    }

    async function thePlan() {
      if (flags.plan !== undefined) return loadPlan(flags.plan, flags.journal ?? DEFAULT_JOURNAL);
      const settings = loadSettings(flags, context.environment);
      const snapshot = await readSnapshot(context, settings);
      return makePlan(context, settings, snapshot, flags.costs ? { ...flags, explain: name } : flags);
    }

    /** Null where the name is not that of a schedule's wave. */
    async function ofSchedule(): Promise<Explanation | null> {
      const id = scheduledWaveId(name);
      if (id === null || flags.plan !== undefined) return null;
      const settings = loadSettings(flags, context.environment);
      const now = Math.floor(Date.now() / 1000);
      const { owner, planned } = await context.steps.run("planning the schedule", () =>
        lazy.schedule().planDeclaredSchedule(settings, id.schedule, now),
      );
      return explainScheduledWave(owner, planned, id.number, now);
    }
  },
};
