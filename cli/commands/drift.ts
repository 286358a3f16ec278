import { existsSync } from "node:fs";
import type { Plan } from "../../engine/planner/plan";
import type { PlacementGroup } from "../../engine/planner/request";
import type { Snapshot } from "../../engine/snapshot";
import type { Finding } from "../../provider/reconcile/finding";
import type { Shard } from "../../provider/reconcile/shard";
import type { Settings } from "../../provider/settings";
import { AffinityError } from "../../engine/errors";
import { chooseCluster } from "../cluster";
import type { CliCommand, Context } from "../command";
import { loadSettings } from "../config";
import { type Drift, DRIFT_CLASSES, findDrift } from "../drift/compare";
import { ExitCode } from "../exit";
import { findingClasses, findingMetrics, findingTable, hasFailed } from "../findings";
import { lazy } from "../lazy";
import type { Metric } from "../metrics/exposition";
import { judgedModels } from "../metrics/models";
import { counted, metric } from "../metrics/metrics";
import { addMetricsOption, type MetricsFlags, withMetrics } from "../metrics/run";
import { addInventoryOptions, addTelemetryOptions, type WorldFlags } from "../options";
import { latestPlan, loadPlan } from "../plan-file";
import { commonDomain, isoTime, unresolvedLines } from "../plan-table";
import { readGroups } from "../request";
import { addShardOption } from "../shard";
import { renderTable } from "../table";
import { readSnapshot } from "../world";
import { wrap } from "../wrap";

interface DriftFlags extends WorldFlags, MetricsFlags {
  readonly plan?: string;
  readonly request?: string;
  readonly shard?: Shard;
}

/** Whether the cluster still is as its plan says. */
export const driftCommand: CliCommand<DriftFlags> = {
  name: "drift",
  summary: "compare the cluster with its plan and with what programs declared; exit code 2 if it has drifted",
  examples: [
    "vsphere-affinity drift --vcenter vc.example.com --journal journal.duckdb",
    "vsphere-affinity drift --plan plan.json --vcenter vc.example.com",
    "vsphere-affinity drift --plan $(pulumi stack output digest) --journal journal.duckdb --inventory inventory.json",
  ],
  configure(command) {
    addInventoryOptions(command);
    addTelemetryOptions(command);
    addMetricsOption(command);
    addShardOption(command);
    command
      .option(
        "--plan <file|digest>",
        "a plan that was saved, or one in the journal, and nothing else (default: the journal's newest, and declarations)",
      )
      .option(
        "--cluster <name>",
        "cluster whose newest plan is taken, by name or id; not needed where there is one only",
      )
      .option("--request <file>", "the request of the plan: the cluster's rules are compared with its groups")
      .addHelpText(
        "after",
        `\nClasses of drift from the plan:\n${Object.entries(DRIFT_CLASSES)
          .map(([name, text]) => `  ${name.padEnd(19)}${text}`)
          .join("\n")}\n\nFrom what programs declared:\n${findingClasses()}`,
      );
  },
  run(context, flags) {
    const labels = {
      ...(flags.cluster !== undefined && { cluster: flags.cluster }),
      ...(flags.shard && { shard: `${flags.shard.index}/${flags.shard.count}` }),
    };
    return withMetrics(flags, "drift", labels, (record) => compare(context, flags, record));
  },
};

async function compare(context: Context, flags: DriftFlags, record: (...metrics: Metric[]) => void): Promise<ExitCode> {
  const settings = loadSettings(flags, context.environment);
  const given = flags.plan === undefined ? undefined : await loadPlan(flags.plan, settings.journal);
  const groups: readonly PlacementGroup[] = flags.request === undefined ? [] : readGroups(flags.request);
  const snapshot = await readSnapshot(context, settings);
  const declared = given ? { count: 0, findings: [] } : await judgeDeclared(context, settings, flags, snapshot);
  const plan = given ?? (await newestPlan(snapshot, settings, flags.cluster, declared.count > 0));
  const cluster = snapshot.clusters.find(({ id }) => id === plan?.cluster.id);
  if (plan && !cluster) {
    throw new AffinityError({
      code: "CLUSTER_NOT_FOUND",
      message: `${snapshot.source.name} has no cluster "${plan.cluster.name}" (${plan.cluster.id}), which the plan is for`,
      hint: "compare the plan with an inventory of the same vCenter",
    });
  }
  const { findings } = declared;
  const drift = plan ? findDrift(plan, snapshot, groups) : [];
  const unresolved = plan?.unresolved ?? [];
  if (flags.metricsFile !== undefined) {
    const known = Object.keys(DRIFT_CLASSES) as Drift["class"][];
    const classes = drift.map((item) => item.class);
    record(
      ...(plan ? [counted("drift", "class", known, classes), planned(plan)] : []),
      ...(given ? [] : [findingMetrics(findings)]),
      ...(await judgedModels(settings, snapshot)),
    );
  }
  const compared = { cluster: plan?.cluster ?? null, plan: plan?.digest ?? null, asOf: plan?.asOf ?? null };
  context.output.result({ ...compared, drift, unresolved, findings }, () => {
    const { columns, proseColumns } = context.output;
    const prose = plan ? [text(plan, drift, columns), ...unresolvedLines(plan)] : [];
    if (declared.count > 0) prose.push(declaredText(findings, columns));
    return prose.flatMap((line) => (line.includes("\n") ? [line] : wrap(line, proseColumns, "  "))).join("\n");
  });
  if (hasFailed(findings)) return ExitCode.error;
  return drift.length + findings.length === 0 ? ExitCode.clean : ExitCode.changes;
}

const planned = (plan: Plan): Metric => metric("plan_timestamp_seconds", { labels: {}, value: plan.asOf });

/** What programs declared, held against the cluster and a fresh prediction; nothing is done about it. */
async function judgeDeclared(
  context: Context,
  settings: Settings,
  flags: DriftFlags,
  snapshot: Snapshot,
): Promise<{ readonly count: number; readonly findings: readonly Finding[] }> {
  if (!existsSync(settings.journal)) return { count: 0, findings: [] };
  const cluster = flags.cluster && lazy.snapshot().findCluster(snapshot, chooseCluster(snapshot, flags.cluster)).id;
  const scope = { ...(flags.shard && { shard: flags.shard }), ...(cluster && { cluster }) };
  const { declarations } = await lazy.reconcile().declared(settings, scope);
  const findings = await context.steps.run("judging what was declared", (report) =>
    lazy.reconcile().reconcile(settings, {
      ...scope,
      dryRun: true,
      now: () => Math.floor(Date.now() / 1000),
      signal: context.signal,
      onFinding: ({ owner, class: what }) => report({ text: `${owner}: ${what}` }),
    }),
  );
  // What a killed run left behind is declared by nobody.
  return { count: Math.max(declarations.length, findings.length), findings };
}

const declaredText = (findings: readonly Finding[], width: number): string =>
  findings.length === 0
    ? "everything is as programs declared it, and nothing is due"
    : `${findingTable(findings, width)}\n${findings.length} ${findings.length === 1 ? "finding" : "findings"} on what programs declared`;

/**
 * @param optional with declarations to judge, a cluster needs no plan, and one of several need not be named
 * @throws AffinityError PLAN_NOT_FOUND, CLUSTER_NOT_FOUND
 */
async function newestPlan(
  snapshot: Snapshot,
  settings: Settings,
  named: string | undefined,
  optional: boolean,
): Promise<Plan | null> {
  if (optional && named === undefined && snapshot.clusters.length > 1) return null;
  const cluster = lazy.snapshot().findCluster(snapshot, chooseCluster(snapshot, named));
  const key = lazy.promises().clusterKey(snapshot, cluster);
  try {
    return await latestPlan(key, cluster.name, settings.journal);
  } catch (error) {
    if (optional && error instanceof AffinityError && error.code === "PLAN_NOT_FOUND") return null;
    throw error;
  }
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
