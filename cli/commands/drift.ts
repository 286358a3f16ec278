import type { PlacementGroup } from "../../engine/planner/request";
import { AffinityError } from "../../engine/errors";
import type { CliCommand } from "../command";
import { loadSettings } from "../config";
import { DRIFT_CLASSES, findDrift } from "../drift/compare";
import { ExitCode } from "../exit";
import { addInventoryOptions, type WorldFlags } from "../options";
import { loadPlan } from "../plan-file";
import { readGroups } from "../request";
import { renderTable } from "../table";
import { readSnapshot } from "../world";

interface DriftFlags extends WorldFlags {
  readonly plan: string;
  readonly request?: string;
}

/** Whether the cluster still is as its plan says. */
export const driftCommand: CliCommand<DriftFlags> = {
  name: "drift",
  summary: "compare the cluster with its plan; exit code 2 if it has drifted",
  examples: [
    "vsphere-affinity drift --plan plan.json --vcenter vc.example.com",
    "vsphere-affinity drift --plan $(pulumi stack output digest) --journal journal.duckdb --inventory inventory.json",
  ],
  configure(command) {
    addInventoryOptions(command);
    command
      .requiredOption("--plan <file|digest>", "a plan that was saved, or one in the journal")
      .option("--journal <file>", "DuckDB file that keeps plans")
      .option("--request <file>", "the request of the plan: the cluster's rules are compared with its groups")
      .addHelpText(
        "after",
        `\nClasses of drift:\n${Object.entries(DRIFT_CLASSES)
          .map(([name, text]) => `  ${name.padEnd(18)}${text}`)
          .join("\n")}`,
      );
  },
  async run(context, flags) {
    const settings = loadSettings(flags, context.environment);
    const plan = await loadPlan(flags.plan, settings.journal);
    const groups: readonly PlacementGroup[] = flags.request === undefined ? [] : readGroups(flags.request);
    const snapshot = await readSnapshot(context, settings);
    if (!snapshot.clusters.some((cluster) => cluster.id === plan.cluster.id)) {
      throw new AffinityError({
        code: "CLUSTER_NOT_FOUND",
        message: `${snapshot.source.name} has no cluster "${plan.cluster.name}" (${plan.cluster.id}), which the plan is for`,
        hint: "compare the plan with an inventory of the same vCenter",
      });
    }
    const drift = findDrift(plan, snapshot, groups);
    context.output.result({ cluster: plan.cluster, plan: plan.digest, drift }, () =>
      drift.length === 0
        ? `cluster ${plan.cluster.name} is as plan ${plan.digest.slice(0, 12)} says`
        : renderTable(
            [
              { title: "DRIFT" },
              { title: "SUBJECT", min: 12 },
              { title: "EXPECTED", min: 12 },
              { title: "FOUND", fill: true },
            ],
            drift.map((item) => [item.class, item.subject, item.expected, item.found]),
            context.output.columns,
          ),
    );
    return drift.length === 0 ? ExitCode.clean : ExitCode.changes;
  },
};
