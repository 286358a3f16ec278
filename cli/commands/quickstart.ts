import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "../../engine/planner/plan";
import { AffinityError } from "../../engine/errors";
import { chooseCluster } from "../cluster";
import type { CliCommand, CommonFlags, Context } from "../command";
import { ExitCode } from "../exit";
import { parseYamlFile } from "../files";
import { lazy } from "../lazy";
import { packageRoot } from "../package-info";
import { isoTime, planSummary, planTable } from "../plan-table";
import type { StepTime } from "../progress";
import { obtainPulumi } from "../pulumi/obtain";
import { makeData } from "../quickstart/data";
import { type Layout, layoutOf } from "../quickstart/layout";
import { LocalStack, type PolicyChoice } from "../quickstart/stack";
import { withTurn } from "../quickstart/turn";
import { wrap } from "../wrap";

interface QuickstartFlags extends CommonFlags {
  readonly inventory?: string;
  readonly telemetry?: string;
  readonly cluster?: string;
  readonly folder: string;
  readonly policyConfig?: string;
  readonly all?: boolean;
}

const STACK = "quickstart";
const PROJECT = "vsphere-affinity-quickstart";

/** The telemetry is a recording: how long ago it ended says nothing about the plan. */
const POLICY_CONFIG = { "placement-telemetry-fresh": { maxPlanAgeMinutes: 0 } };

/** The main job on one machine: data, a real `pulumi up` with the policy pack, and what it decided. */
export const quickstartCommand: CliCommand<QuickstartFlags> = {
  name: "quickstart",
  summary: "run the main job here: a cluster with telemetry, a real `pulumi up`, and the plan it made",
  examples: [
    "vsphere-affinity quickstart",
    "vsphere-affinity quickstart --inventory inventory.json --telemetry telemetry.duckdb",
  ],
  configure(command) {
    command
      .option("--inventory <file>", "an inventory file in place of the synthetic cluster; --telemetry goes with it")
      .option("--telemetry <file>", "a DuckDB file in place of the synthetic telemetry; --inventory goes with it")
      .option("--cluster <name>", "cluster, by name or id; not needed where there is one only")
      .option("--folder <folder>", "where data and the stack's state are kept", ".quickstart")
      .option(
        "--policy-config <file>",
        "configuration of the policies, as YAML or JSON: { POLICY: { SETTING: VALUE } }",
      )
      .option("--all", "list the VMs that stay as well");
  },
  async run(context, flags) {
    const program = programFolder();
    const policies = { pack: join(program, "policies", "pack"), config: policyConfig(flags.policyConfig) };
    const layout = layoutOf(flags.folder, givenData(flags));
    return withTurn(layout.folder, async () => {
      if (layout.synthetic) await makeData(context, layout);
      const cluster = await checkData(context, layout, flags.cluster);
      await runStack(context, flags, { program, layout, cluster, policies });
      return ExitCode.clean;
    });
  },
};

interface Job {
  readonly program: string;
  readonly layout: Layout;
  readonly cluster: string;
  readonly policies: PolicyChoice;
}

async function runStack(context: Context, flags: QuickstartFlags, job: Job): Promise<void> {
  const { program, layout, cluster, policies } = job;
  const { environment, signal, output } = context;
  const cli = await obtainPulumi(context);
  const note = (text: string) => output.note(text);
  const stack = new LocalStack({ cli, environment, program, stack: STACK, folder: layout.stackFolder, signal, note });
  await context.steps.run("preparing the stack", () => stack.configure(configOf(layout, cluster)));
  const changes = await context.steps.run("pulumi up with the policy pack", (report) =>
    stack.up(policies, (line) => report({ text: line.trim() })),
  );
  const plan = await context.steps.run("reading the plan", async () => readPlan(layout, await stack.outputs()));
  const steps = context.steps.times;
  const { variables } = stack;
  output.result({ digest: plan.digest, cluster: plan.cluster, changes, steps, variables, plan }, () =>
    [
      planTable(plan, { width: output.columns, all: flags.all === true }),
      planSummary(plan, output.proseColumns),
      wrap(outcome(changes, plan), output.proseColumns, "  ").join("\n"),
      timings(steps),
      goOn(program, variables, stack.arguments(policies)),
    ].join("\n\n"),
  );
}

/** What the update did, and where it did nothing, why. */
function outcome(changes: Readonly<Record<string, number>>, plan: Plan): string {
  const done = Object.entries(changes).filter(([what]) => what !== "same");
  const kept = changes.same ?? 0;
  if (done.length === 0 && kept > 0) {
    return (
      `pulumi up changed nothing: ${kept} resources as they were. The plan of ${isoTime(plan.asOf)} stays in force ` +
      "while inventory and telemetry allow it and no other plan is better by more than the threshold (gainThreshold)."
    );
  }
  return `pulumi up: ${[...done, ...(kept > 0 ? [["same", kept] as const] : [])].map(([what, n]) => `${n} ${PAST[what] ?? what}`).join(", ")}`;
}

const PAST: Readonly<Record<string, string>> = {
  create: "created",
  update: "updated",
  replace: "replaced",
  delete: "deleted",
  same: "unchanged",
};

/** The user's own configuration of a policy stands in place of ours. */
function policyConfig(file: string | undefined): Record<string, unknown> {
  const own = file === undefined ? {} : parseYamlFile(file, "policy configuration");
  if (own !== null && typeof own === "object" && !Array.isArray(own)) return { ...POLICY_CONFIG, ...own };
  throw new AffinityError({
    code: "POLICY_CONFIG_INVALID",
    message: `the policy configuration "${file}" must be a mapping of policies to their settings`,
    hint: "such as { placement-telemetry-fresh: { minCoverage: 0.5 } }",
  });
}

/** The package's own folder holds the project of the example (Pulumi.yaml) and the policy pack. */
function programFolder(): string {
  const root = packageRoot();
  const needed = ["Pulumi.yaml", join("examples", "quickstart"), join("policies", "pack")];
  const missing = needed.filter((part) => !existsSync(join(root, part)));
  if (missing.length === 0) return root;
  throw new AffinityError({
    code: "QUICKSTART_INCOMPLETE",
    message: `${root} lacks ${missing.join(", ")}`,
    hint: "run the quickstart from a clone of the repository",
  });
}

function givenData({ inventory, telemetry }: QuickstartFlags): { inventory: string; telemetry: string } | undefined {
  if (inventory === undefined && telemetry === undefined) return undefined;
  if (inventory === undefined || telemetry === undefined) {
    throw new AffinityError({
      code: "USAGE",
      message: `--${inventory === undefined ? "telemetry" : "inventory"} is given without --${inventory === undefined ? "inventory" : "telemetry"}`,
      hint: "the synthetic data know nothing of yours: give both, or neither",
    });
  }
  if (/^https?:/.test(telemetry)) {
    throw new AffinityError({
      code: "USAGE",
      message: "the quickstart reads telemetry from a file, and --telemetry is an address",
      hint: `copy it first: vsphere-affinity import ${telemetry} telemetry.duckdb`,
    });
  }
  for (const [what, path] of Object.entries({ inventory, telemetry })) {
    if (existsSync(path)) continue;
    throw new AffinityError({
      code: "FILE_UNREADABLE",
      message: `the ${what} file "${path}" is not there`,
      hint: what === "telemetry" ? "make it with `vsphere-affinity import`" : "make it with `vsphere-affinity export`",
    });
  }
  return { inventory, telemetry };
}

/** Reading both files here as well tells a bad one before Pulumi is started. The name of the cluster. */
async function checkData(context: Context, layout: Layout, named: string | undefined): Promise<string> {
  const snapshot = await new (lazy.snapshotFile().FileInventory)(layout.inventory).snapshot(context.signal);
  const cluster = lazy.snapshot().findCluster(snapshot, chooseCluster(snapshot, named));
  await (await lazy.telemetry().openTelemetry({ duckdb: layout.telemetry })).close();
  return cluster.name;
}

function configOf(layout: Layout, cluster: string): Record<string, unknown> {
  return {
    [`${PROJECT}:cluster`]: cluster,
    "vsphere-affinity:inventory": layout.inventory,
    "vsphere-affinity:telemetry": { duckdb: layout.telemetry },
    "vsphere-affinity:journal": layout.journal,
    // The data end in the past, wherever the clock stands.
    "vsphere-affinity:asOf": "newest",
  };
}

async function readPlan(layout: Layout, outputs: Record<string, unknown>): Promise<Plan> {
  const { digest } = outputs;
  const plan = typeof digest === "string" ? await lazy.journal().openJournal(layout.journal).loadPlan(digest) : null;
  if (plan) return plan;
  throw new Error(`the journal ${layout.journal} has no plan for the stack's output digest ${JSON.stringify(digest)}`);
}

function timings(steps: readonly StepTime[]): string {
  const width = Math.max(...steps.map(({ step }) => step.length));
  return steps.map(({ step, seconds }) => `${step.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s`).join("\n");
}

/** How a person goes on with the stack, by hand: lines to be pasted into a shell. */
function goOn(program: string, variables: Readonly<Record<string, string>>, args: readonly string[]): string {
  const flags: string[] = [];
  for (const arg of args) {
    if (arg.startsWith("--")) flags.push(arg);
    else flags.push(`${flags.pop() ?? ""} ${quoted(arg)}`);
  }
  return [
    "To go on with this stack by hand:",
    ...Object.entries(variables).map(([name, value]) => `  export ${name}=${quoted(value)}`),
    [`  pulumi preview --cwd ${quoted(program)}`, ...flags].join(" \\\n    "),
  ].join("\n");
}

/** For a shell; `$PATH` at the end stays a variable. */
function quoted(text: string): string {
  const rest = text.replace(/\$PATH$/, "");
  const safe = /^[\w./:=-]*$/.test(rest) ? rest : `'${rest.replaceAll("'", "'\\''")}'`;
  return safe + text.slice(rest.length);
}
