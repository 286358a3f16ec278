import { createInterface } from "node:readline/promises";
import { AffinityError } from "../../engine/errors";
import type { Context } from "../command";
import { readTextFile } from "../files";
import { lazy } from "../lazy";
import { canLookUp, lookUp } from "./cluster";

/** Whose cluster it is: vCenter's name, with the PEM file of its authority, or the path of an inventory file. */
export type Source = { readonly vcenter: string; readonly caFile?: string } | { readonly inventory: string };

/** What a project is made from. */
export interface Answers {
  readonly source: Source;
  /** As `--telemetry` takes it; null: plans rest on configured sizes. */
  readonly telemetry: string | null;
  readonly cluster: string;
}

export interface InitFlags {
  readonly vcenter?: string;
  readonly caFile?: string;
  readonly inventory?: string;
  readonly telemetry?: string | false;
  readonly cluster?: string;
}

const QUESTIONS = {
  source: "vCenter (such as vcenter.example.com), or an inventory file that `export` wrote: ",
  telemetry: "Telemetry: DuckDB file or http://server:8086/database (empty: none yet): ",
} as const;

/**
 * What flags leave open is asked for, where somebody sits at a terminal. A cluster need not be named where there is one.
 * @throws AffinityError INIT_INCOMPLETE naming every flag that lacks, where nobody can be asked; CLUSTER_NOT_FOUND.
 */
export async function askFor(context: Context, flags: InitFlags): Promise<Answers> {
  refuseContradictions(flags);
  const asks = context.output.interactive && process.stdin.isTTY === true;
  const known = given(flags);
  const open = {
    source: known === null,
    telemetry: flags.telemetry === undefined,
    cluster: flags.cluster === undefined && (known === null || !canLookUp(known, context.environment)),
  };
  if (!asks && Object.values(open).some(Boolean)) throw incomplete(open);
  const source = known ?? sourceOf(await ask(context, QUESTIONS.source), flags.caFile);
  if (source === null) throw incomplete({ source: true });
  const telemetry = open.telemetry ? await ask(context, QUESTIONS.telemetry) : flags.telemetry || "";
  const cluster = await clusterOf(context, source, flags.cluster, asks);
  return { source, telemetry: telemetry === "" ? null : telemetry, cluster };
}

async function clusterOf(context: Context, source: Source, flag: string | undefined, asks: boolean): Promise<string> {
  const snapshot = await lookUp(context, source);
  const names = snapshot?.clusters.map(({ name }) => name) ?? [];
  if (flag === undefined && names.length === 1) return names[0];
  if (flag === undefined && !asks) throw incomplete({ cluster: true }, names);
  const cluster = flag ?? (await ask(context, `Cluster, by name${names.length ? ` (${names.join(", ")})` : ""}: `));
  if (cluster === "") throw incomplete({ cluster: true }, names);
  if (snapshot) lazy.snapshot().findCluster(snapshot, cluster);
  return cluster;
}

function refuseContradictions({ vcenter, inventory, caFile }: InitFlags): void {
  const both = (first: string, second: string, hint: string) =>
    new AffinityError({ code: "SETTINGS_INVALID", message: `${first} and ${second} can't be given together`, hint });
  if (inventory !== undefined) {
    if (vcenter !== undefined) throw both("--inventory", "--vcenter", "an inventory comes from one of them");
    if (caFile !== undefined) throw both("--inventory", "--ca-file", "an authority is of a vCenter's certificate");
  }
  if (caFile !== undefined && !readTextFile(caFile, "certificate").includes("-----BEGIN CERTIFICATE-----")) {
    throw new AffinityError({
      code: "SETTINGS_INVALID",
      message: `"${caFile}" holds no certificate in PEM form`,
      hint: "vCenter gives its authority's at https://SERVER/certs/download.zip, in the folder lin",
    });
  }
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
function sourceOf(answer: string, caFile: string | undefined): Source | null {
  if (answer === "") return null;
  return /\.json(\.gz)?$/.test(answer) ? { inventory: answer } : { vcenter: answer, caFile };
}

function given({ vcenter, inventory, caFile }: InitFlags): Source | null {
  if (inventory !== undefined) return { inventory };
  return vcenter === undefined ? null : { vcenter, caFile };
}

function incomplete(
  open: { source?: boolean; telemetry?: boolean; cluster?: boolean },
  clusters: readonly string[] = [],
): AffinityError {
  const which = clusters.length > 0 ? ` There are ${clusters.join(", ")}` : "";
  const problems = [
    ...(open.source ? [{ path: "--vcenter or --inventory", message: "whose cluster is it?" }] : []),
    ...(open.telemetry ? [{ path: "--telemetry or --no-telemetry", message: "where are its metrics?" }] : []),
    ...(open.cluster ? [{ path: "--cluster", message: `which cluster is planned?${which}` }] : []),
  ];
  return new AffinityError({
    code: "INIT_INCOMPLETE",
    message: "a project needs three answers, and there is nobody to ask",
    hint: "give them as flags, or run it on a terminal",
    problems,
  });
}
