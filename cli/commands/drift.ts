import type { Plan } from "../../engine/planner/plan";
import type { PlacementGroup } from "../../engine/planner/request";
import type { Snapshot } from "../../engine/snapshot";
import type { Settings } from "../../provider/settings";
import { AffinityError } from "../../engine/errors";
import { chooseCluster } from "../cluster";
import type { CliCommand, Context } from "../command";
import { loadSettings } from "../config";
import { type Drift, DRIFT_CLASSES, findDrift } from "../drift/compare";
import { ExitCode } from "../exit";
import { lazy } from "../lazy";
import type { Metric } from "../metrics/exposition";
import { judgedModels } from "../metrics/models";
import { counted, metric } from "../metrics/metrics";
import { addMetricsOption, type MetricsFlags, withMetrics } from "../metrics/run";
import { addInventoryOptions, type WorldFlags } from "../options";
import { latestPlan, loadPlan } from "../plan-file";
import { commonDomain, isoTime, unresolvedLines } from "../plan-table";
import { readGroups } from "../request";
import { renderTable } from "../table";
import { readSnapshot } from "../world";
import { wrap } from "../wrap";

interface DriftFlags extends WorldFlags, MetricsFlags {
  readonly plan?: string;
  readonly request?: string;
}

/** Whether the cluster still is as its plan says. */
export const driftCommand: CliCommand<DriftFlags> = {
  name: "drift",
  summary: "compare the cluster with its plan; exit code 2 if it has drifted",
  examples: [
    "vsphere-affinity drift --vcenter vc.example.com --journal journal.duckdb",
    "vsphere-affinity drift --plan plan.json --vcenter vc.example.com",
    "vsphere-affinity drift --plan $(pulumi stack output digest) --journal journal.duckdb --inventory inventory.json",
  ],
  configure(command) {
    addInventoryOptions(command);
    addMetricsOption(command);
    command
      .option("--plan <file|digest>", "a plan that was saved, or one in the journal (default: the journal's newest)")
      .option("--journal <file>", "DuckDB file that keeps plans")
      .option(
        "--cluster <name>",
        "cluster whose newest plan is taken, by name or id; not needed where there is one only",
      )
      .option("--request <file>", "the request of the plan: the cluster's rules are compared with its groups")
      .addHelpText(
        "after",
        `\nClasses of drift:\n${Object.entries(DRIFT_CLASSES)
          .map(([name, text]) => `  ${name.padEnd(18)}${text}`)
          .join("\n")}`,
      );
  },
  run(context, flags) {
    const labels: Record<string, string> = flags.cluster === undefined ? {} : { cluster: flags.cluster };
    return withMetrics(flags, "drift", labels, (record) => compare(context, flags, record));
  },
};

async function compare(context: Context, flags: DriftFlags, record: (...metrics: Metric[]) => void): Promise<ExitCode> {
  const settings = loadSettings(flags, context.environment);
  const given = flags.plan === undefined ? undefined : await loadPlan(flags.plan, settings.journal);
  const groups: readonly PlacementGroup[] = flags.request === undefined ? [] : readGroups(flags.request);
  const snapshot = await readSnapshot(context, settings);
  const plan = given ?? (await newestPlan(snapshot, settings, flags.cluster));
  if (!snapshot.clusters.some((cluster) => cluster.id === plan.cluster.id)) {
    throw new AffinityError({
      code: "CLUSTER_NOT_FOUND",
      message: `${snapshot.source.name} has no cluster "${plan.cluster.name}" (${plan.cluster.id}), which the plan is for`,
      hint: "compare the plan with an inventory of the same vCenter",
    });
  }
  const drift = findDrift(plan, snapshot, groups);
  const { unresolved = [] } = plan;
  if (flags.metricsFile !== undefined) {
    const known = Object.keys(DRIFT_CLASSES) as Drift["class"][];
    record(
      counted(
        "drift",
        "class",
        known,
        drift.map((item) => item.class),
      ),
      metric("plan_timestamp_seconds", { labels: {}, value: plan.asOf }),
      ...(await judgedModels(settings, snapshot)),
    );
  }
  context.output.result({ cluster: plan.cluster, plan: plan.digest, asOf: plan.asOf, drift, unresolved }, () =>
    [text(plan, drift, context.output.columns), ...unresolvedLines(plan)]
      .flatMap((line) => (line.includes("\n") ? [line] : wrap(line, context.output.proseColumns, "  ")))
      .join("\n"),
  );
  return drift.length === 0 ? ExitCode.clean : ExitCode.changes;
}

function newestPlan(snapshot: Snapshot, settings: Settings, named: string | undefined): Promise<Plan> {
  const cluster = lazy.snapshot().findCluster(snapshot, chooseCluster(snapshot, named));
  return latestPlan(lazy.promises().clusterKey(snapshot, cluster), cluster.name, settings.journal);
}

function text(plan: Plan, drift: readonly Drift[], width: number): string {
  const which = `plan ${plan.digest.slice(0, 12)} of ${isoTime(plan.asOf)}`;
  if (drift.length === 0) return `cluster ${plan.cluster.name} is as ${which} says`;
  const columns = [
    { title: "DRIFT" },
    { title: "SUBJECT", min: 12 },
    { title: "EXPECTED", min: 12 },
    { title: "FOUND", fill: true },
  ];
  const domain = commonDomain(plan.hosts.map((host) => host.name));
  const short = (value: string) => (domain ? value.replaceAll(domain, "") : value);
  const rows = drift.map((item) => [item.class, item.subject, item.expected, item.found].map(short));
  const count = `cluster ${plan.cluster.name} has left ${which} in ${drift.length} ${drift.length === 1 ? "place" : "places"}`;
  return `${renderTable(columns, rows, width)}\n${count}`;
}
