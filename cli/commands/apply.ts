import { InvalidArgumentError } from "commander";
import { AffinityError } from "../../engine/errors";
import { type Finding, FINDING_CLASSES, type FindingClass } from "../../provider/reconcile/finding";
import type { Shard } from "../../provider/reconcile/shard";
import type { Settings } from "../../provider/settings";
import type { CliCommand, Context } from "../command";
import { loadSettings } from "../config";
import { ExitCode } from "../exit";
import { lazy } from "../lazy";
import type { Metric } from "../metrics/exposition";
import { judgedModels } from "../metrics/models";
import { counted, metric, moveMetrics } from "../metrics/metrics";
import { addMetricsOption, type MetricsFlags, withMetrics } from "../metrics/run";
import { addInventoryOptions, addTelemetryOptions, type WorldFlags } from "../options";
import { renderTable } from "../table";
import { readSnapshot } from "../world";

interface ApplyFlags extends WorldFlags, MetricsFlags {
  readonly dryRun?: boolean;
  readonly shard?: Shard;
}

/** What a scheduled run does between two updates of the programs. */
export const applyCommand: CliCommand<ApplyFlags> = {
  name: "apply",
  summary: "keep what programs declared: rules, due waves, prepared hosts",
  examples: [
    "vsphere-affinity apply --vcenter vc.example.com --journal journal.duckdb",
    "vsphere-affinity apply --dry-run --json",
    "vsphere-affinity apply --shard 0/4",
  ],
  configure(command) {
    addInventoryOptions(command);
    addTelemetryOptions(command);
    addMetricsOption(command);
    command
      .option("--dry-run", "only say what would be done; exit code 2 if there is something")
      .option("--shard <i/n>", "only the clusters of part i (from 0) of n", parseShard)
      .addHelpText(
        "after",
        `\nWhat it finds:\n${Object.entries(FINDING_CLASSES)
          .map(([name, text]) => `  ${name.padEnd(18)}${text}`)
          .join("\n")}`,
      );
  },
  run(context, flags) {
    const labels: Record<string, string> = flags.shard ? { shard: `${flags.shard.index}/${flags.shard.count}` } : {};
    return withMetrics(flags, "apply", labels, async (record) => {
      const settings = loadSettings(flags, context.environment);
      const findings = await context.steps.run("reconciling", (report) =>
        lazy.reconcile().reconcile(settings, {
          dryRun: flags.dryRun ?? false,
          shard: flags.shard,
          now,
          signal: context.signal,
          onFinding: ({ owner, class: what }) => report({ text: `${owner}: ${what}` }),
        }),
      );
      const fell = flags.dryRun ? [] : await trackOf(context, settings, flags.shard);
      if (flags.metricsFile !== undefined) record(...(await metricsOf(context, settings, findings, fell)));
      context.output.result({ findings }, () => text(findings, context.output.columns));
      if (findings.some(({ outcome, class: what }) => outcome === "failed" || what === "not-judged"))
        return ExitCode.error;
      return findings.some(({ outcome }) => outcome === "pending") ? ExitCode.changes : ExitCode.clean;
    });
  },
};

const now = () => Math.floor(Date.now() / 1000);

/**
 * Writes down what the models say and what came true. Rules and moves are kept true all the same where that can't be done.
 * @returns trained models that failed
 */
async function trackOf(context: Context, settings: Settings, shard: Shard | undefined): Promise<string[]> {
  try {
    const fell = await context.steps.run("asking the models, and judging what they said", () =>
      lazy.trackRecord().keepTrackOfAll(settings, { now: now(), shard, signal: context.signal }),
    );
    if (fell.length > 0) context.output.note(`warning: ${fell.join(", ")} failed; baselines serve: see doctor`);
    return fell;
  } catch (error) {
    if (!(error instanceof AffinityError)) throw error;
    context.output.note(`warning: what the models say is not kept: ${error.message}`);
    return [];
  }
}

/** What was found, how much was moved, and how the models do on what they said. */
async function metricsOf(
  context: Context,
  settings: Settings,
  findings: readonly Finding[],
  fell: readonly string[],
): Promise<Metric[]> {
  const actions = await lazy.acting().actionLogOf(settings.journal).actions();
  const found = OUTCOMES.flatMap((outcome) => {
    const classes = findings.filter((finding) => finding.outcome === outcome).map((finding) => finding.class);
    const known = Object.keys(FINDING_CLASSES) as FindingClass[];
    return counted("findings", "class", known, classes).samples.map(({ labels, value }) => ({
      labels: { ...labels, outcome },
      value,
    }));
  });
  const snapshot = await readSnapshot(context, settings);
  return [
    metric("findings", ...found),
    ...moveMetrics(
      actions.filter(({ cluster }) => cluster.startsWith(`${snapshot.source.name}/`)),
      now(),
    ),
    ...(await judgedModels(settings, snapshot, fell)),
  ];
}

const OUTCOMES = ["done", "failed", "pending", "reported"] as const;

function parseShard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || count < 1 || index >= count) {
    throw new InvalidArgumentError("Give it as i/n, with i from 0 to n - 1, such as 0/4.");
  }
  return { index, count };
}

function text(findings: readonly Finding[], width: number): string {
  if (findings.length === 0) return "everything is as declared, and nothing is due";
  const columns = [
    { title: "RESOURCE", min: 12 },
    { title: "FOUND" },
    { title: "OUTCOME" },
    { title: "DETAIL", fill: true },
  ];
  const rows = findings.map(({ owner, class: what, outcome, detail, text: why }) => [
    owner,
    what,
    outcome,
    why ? `${detail}: ${why}` : detail,
  ]);
  return renderTable(columns, rows, width);
}
