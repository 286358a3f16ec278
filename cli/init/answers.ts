import { createInterface } from "node:readline/promises";
import { AffinityError } from "../../engine/errors";
import type { Context } from "../command";

/** What a project is made from. */
export interface Answers {
  /** vCenter's name, or the path of an inventory file. */
  readonly source: { readonly vcenter: string } | { readonly inventory: string };
  /** As `--telemetry` takes it; null: plans rest on configured sizes. */
  readonly telemetry: string | null;
  readonly cluster: string;
}

export interface InitFlags {
  readonly vcenter?: string;
  readonly inventory?: string;
  readonly telemetry?: string | false;
  readonly cluster?: string;
}

const QUESTIONS = {
  source: "vCenter (such as vcenter.example.com), or an inventory file that `export` wrote: ",
  telemetry: "Telemetry: DuckDB file or http://server:8086/database (empty: none yet): ",
  cluster: "Cluster, by name: ",
} as const;

/**
 * What flags leave open is asked for, where somebody sits at a terminal.
 * @throws AffinityError INIT_INCOMPLETE naming every flag that lacks, where nobody can be asked.
 */
export async function askFor(context: Context, flags: InitFlags): Promise<Answers> {
  if (flags.vcenter !== undefined && flags.inventory !== undefined) {
    throw new AffinityError({
      code: "SETTINGS_INVALID",
      message: "--inventory and --vcenter can't be given together",
      hint: "an inventory comes from one of them",
    });
  }
  const open = {
    source: flags.vcenter === undefined && flags.inventory === undefined,
    telemetry: flags.telemetry === undefined,
    cluster: flags.cluster === undefined,
  };
  if (Object.values(open).some(Boolean) && (!context.output.interactive || !process.stdin.isTTY)) {
    throw incomplete(open);
  }
  const source = open.source ? sourceOf(await ask(context, QUESTIONS.source)) : given(flags);
  const telemetry = open.telemetry ? await ask(context, QUESTIONS.telemetry) : flags.telemetry || "";
  const cluster = flags.cluster ?? (await ask(context, QUESTIONS.cluster));
  if (source === null || cluster === "") throw incomplete({ source: source === null, cluster: cluster === "" });
  return { source, telemetry: telemetry === "" ? null : telemetry, cluster };
}

async function ask(context: Context, question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: context.output.stderr });
  try {
    return (await lines.question(question, { signal: context.signal })).trim();
  } finally {
    lines.close();
  }
}

/** A file has an ending that inventories have; anything else is a server. */
function sourceOf(answer: string): Answers["source"] | null {
  if (answer === "") return null;
  return /\.json(\.gz)?$/.test(answer) ? { inventory: answer } : { vcenter: answer };
}

const given = ({ vcenter, inventory }: InitFlags): Answers["source"] =>
  inventory === undefined ? { vcenter: vcenter! } : { inventory };

function incomplete(open: { source?: boolean; telemetry?: boolean; cluster?: boolean }): AffinityError {
  const problems = [
    ...(open.source ? [{ path: "--vcenter or --inventory", message: "whose cluster is it?" }] : []),
    ...(open.telemetry ? [{ path: "--telemetry or --no-telemetry", message: "where are its metrics?" }] : []),
    ...(open.cluster ? [{ path: "--cluster", message: "which cluster is planned?" }] : []),
  ];
  return new AffinityError({
    code: "INIT_INCOMPLETE",
    message: "a project needs three answers, and there is nobody to ask",
    hint: "give them as flags, or run it on a terminal",
    problems,
  });
}
