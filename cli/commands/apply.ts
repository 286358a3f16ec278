import { InvalidArgumentError } from "commander";
import { type Finding, FINDING_CLASSES } from "../../provider/reconcile/finding";
import type { Shard } from "../../provider/reconcile/shard";
import type { CliCommand } from "../command";
import { loadSettings } from "../config";
import { ExitCode } from "../exit";
import { lazy } from "../lazy";
import { addInventoryOptions, addTelemetryOptions, type WorldFlags } from "../options";
import { renderTable } from "../table";

interface ApplyFlags extends WorldFlags {
  readonly dryRun?: boolean;
  readonly shard?: Shard;
}

/** What a scheduled run does between two updates of the programs. */
export const applyCommand: CliCommand<ApplyFlags> = {
  name: "apply",
  summary: "keep what programs declared: rules renewed and retired, due waves run",
  examples: [
    "vsphere-affinity apply --vcenter vc.example.com --journal journal.duckdb",
    "vsphere-affinity apply --dry-run --json",
    "vsphere-affinity apply --shard 0/4",
  ],
  configure(command) {
    addInventoryOptions(command);
    addTelemetryOptions(command);
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
  async run(context, flags) {
    const settings = loadSettings(flags, context.environment);
    const findings = await context.steps.run("reconciling", (report) =>
      lazy.reconcile().reconcile(settings, {
        dryRun: flags.dryRun ?? false,
        shard: flags.shard,
        now: () => Math.floor(Date.now() / 1000),
        signal: context.signal,
        onFinding: ({ owner, class: what }) => report({ text: `${owner}: ${what}` }),
      }),
    );
    context.output.result({ findings }, () => text(findings, context.output.columns));
    if (findings.some(({ outcome, class: what }) => outcome === "failed" || what === "not-judged"))
      return ExitCode.error;
    return findings.some(({ outcome }) => outcome === "pending") ? ExitCode.changes : ExitCode.clean;
  },
};

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
