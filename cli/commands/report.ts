import { resolve } from "node:path";
import { AffinityError } from "../../engine/errors";
import type { Settings } from "../../provider/settings";
import type { CliCommand } from "../command";
import { loadSettings } from "../config";
import { ExitCode } from "../exit";
import { writeTextFile } from "../files";
import { lazy } from "../lazy";
import { addInventoryOptions, addPlanOptions, addTelemetryOptions, DEFAULT_JOURNAL } from "../options";
import { loadPlan } from "../plan-file";
import type { RequestFlags } from "../request";
import { makePlan, readSnapshot } from "../world";

interface ReportFlags extends RequestFlags {
  readonly plan?: string;
  readonly out?: string;
}

const DEFAULT_OUT = "report.html";

/** A plan as a page for people: what it does, why, what it rests on. */
export const reportCommand: CliCommand<ReportFlags> = {
  name: "report",
  summary: "write a plan, and what it rests on, as one HTML page",
  examples: [
    "vsphere-affinity report --inventory inventory.json --telemetry telemetry.duckdb --out report.html",
    "vsphere-affinity report --plan plan.json --inventory inventory.json --telemetry telemetry.duckdb",
    "vsphere-affinity report --plan plan.json",
  ],
  configure(command) {
    addInventoryOptions(command);
    addTelemetryOptions(command);
    addPlanOptions(command);
    command
      .option("--plan <file|digest>", "a plan that was saved, or one in the journal (default: plan anew)")
      .option("--request <file>", "VMs to be and their groups, as YAML or JSON")
      .option("--out <file>", `the page (default: ${DEFAULT_OUT})`);
  },
  async run(context, flags) {
    const settings = settingsOf(flags, context.environment);
    const given =
      flags.plan === undefined
        ? null
        : await loadPlan(flags.plan, settings?.journal ?? flags.journal ?? DEFAULT_JOURNAL);
    const { gather, planAlone, renderReport } = lazy.report();
    const input = settings === null ? planAlone(given!) : await withWorld(settings);
    const html = await context.steps.run("drawing", () => Promise.resolve(renderReport(input)));
    const { out = DEFAULT_OUT } = flags;
    writeTextFile(out, html, "report");
    const { plan } = input;
    const file = resolve(out);
    context.output.result(
      { file, bytes: Buffer.byteLength(html), plan: plan.digest, cluster: plan.cluster },
      () => file,
    );
    return ExitCode.clean;

    async function withWorld(world: Settings) {
      const snapshot = await readSnapshot(context, world);
      const made = given ?? (await makePlan(context, world, snapshot, flags));
      return context.steps.run("asking the models", () => gather(context, world, snapshot, made, flags));
    }
  },
};

/** Null: a plan is given, and nothing says for which world. */
function settingsOf(flags: ReportFlags, environment: Readonly<Record<string, string | undefined>>): Settings | null {
  try {
    return loadSettings(flags, environment);
  } catch (error) {
    if (flags.plan !== undefined && error instanceof AffinityError && error.code === "INVENTORY_MISSING") return null;
    throw error;
  }
}
