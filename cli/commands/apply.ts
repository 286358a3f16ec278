import { AffinityError } from "../../engine/errors";
import type { Finding } from "../../provider/reconcile/finding";
import type { Shard } from "../../provider/reconcile/shard";
import type { Settings } from "../../provider/settings";
import type { CliCommand, Context } from "../command";
import { loadSettings } from "../config";
import { ExitCode } from "../exit";
import { findingClasses, findingMetrics, findingTable, hasFailed } from "../findings";
import { lazy } from "../lazy";
import type { Metric } from "../metrics/exposition";
import { judgedModels } from "../metrics/models";
import { metric, moveMetrics } from "../metrics/metrics";
import { preparationMetrics } from "../metrics/preparations";
import { addMetricsOption, type MetricsFlags, withMetrics } from "../metrics/run";
import { addInventoryOptions, addTelemetryOptions, type WorldFlags } from "../options";
import { addShardOption } from "../shard";
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
      .addHelpText("after", `\nWhat it finds:\n${findingClasses()}`);
    addShardOption(command);
  },
  run(context, flags) {
    const labels: Record<string, string> = flags.shard ? { shard: `${flags.shard.index}/${flags.shard.count}` } : {};
    const { sharingInventory } = lazy.sharedInventory();
    return withMetrics(flags, "apply", labels, (record) => sharingInventory(() => apply(context, flags, record)));
  },
};

async function apply(context: Context, flags: ApplyFlags, record: (...metrics: Metric[]) => void): Promise<ExitCode> {
  const settings = loadSettings(flags, context.environment);
  const findings = await context.steps.run("reconciling", (report) =>
    lazy.reconcile().reconcile(settings, {
      dryRun: flags.dryRun ?? false,
      shard: flags.shard,
      now,
      signal: context.signal,
      onFinding: ({ owner, class: what }) => report({ text: `${owner}: ${what}` }),
      ...(flags.dryRun ? {} : { first: () => takeInFlows(context, settings) }),
    }),
  );
  const fell = flags.dryRun ? [] : await trackOf(context, settings, flags.shard);
  const mirrored = flags.dryRun ? null : await mirrorOf(context, settings);
  if (flags.metricsFile !== undefined) {
    record(...(await metricsOf(context, settings, findings, fell)));
    if (mirrored !== null) record(metric("journal_mirrored", { labels: {}, value: mirrored ? 1 : 0 }));
  }
  context.output.result({ findings }, () =>
    findings.length === 0
      ? "everything is as declared, and nothing is due"
      : findingTable(findings, context.output.columns),
  );
  if (hasFailed(findings)) return ExitCode.error;
  return findings.some(({ outcome }) => outcome === "pending") ? ExitCode.changes : ExitCode.clean;
}

const now = () => Math.floor(Date.now() / 1000);

/** Who talks to whom, brought up to date before anything is planned; what is known already serves where it can't be. */
async function takeInFlows(context: Context, settings: Settings): Promise<void> {
  const { models, flows } = settings;
  if (models === undefined || flows === undefined) return;
  try {
    await context.steps.run("taking in flows", async () => {
      const snapshot = await readSnapshot(context, settings);
      const { readFlows, updateCommunication } = lazy.training();
      const news = await readFlows(flows, snapshot.virtualMachines);
      await updateCommunication(new (lazy.modelStore().ModelStore)(models), snapshot, news, now());
    });
  } catch (error) {
    if (!(error instanceof AffinityError)) throw error;
    context.output.note(`warning: the communication graph stays as it was: ${error.message}`);
  }
}

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

/** Whether the journal is copied whole to the InfluxDB that the settings name; null where they name none. */
async function mirrorOf(context: Context, settings: Settings): Promise<boolean | null> {
  if (!settings.journalMirror) return null;
  const { failure } = await context.steps.run("copying the journal", () =>
    lazy.mirror().mirrorJournal(settings, { patienceSeconds: 30, evenIfPaused: true }),
  );
  if (failure)
    context.output.note(`warning: the journal is not copied whole: ${failure.message}; the next run goes on`);
  return failure === null;
}

/** What was found, how much was moved, and how the models do on what they said. */
async function metricsOf(
  context: Context,
  settings: Settings,
  findings: readonly Finding[],
  fell: readonly string[],
): Promise<Metric[]> {
  const actions = await lazy.acting().actionLogOf(settings.journal).actions();
  const snapshot = await readSnapshot(context, settings);
  return [
    findingMetrics(findings),
    ...moveMetrics(
      actions.filter(({ cluster }) => cluster.startsWith(`${snapshot.source.name}/`)),
      now(),
    ),
    ...preparationMetrics(await lazy.preparations().preparationsOf(settings.journal, snapshot.source.name, now())),
    ...(await judgedModels(settings, snapshot, fell)),
  ];
}
