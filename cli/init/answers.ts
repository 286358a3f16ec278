import { existsSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { AffinityError } from "../../engine/errors";
import type { Snapshot } from "../../engine/snapshot";
import type { Context } from "../command";
import { telemetrySetting } from "../config";
import { readTextFile } from "../files";
import { lazy } from "../lazy";
import { canLookUp, lookUp, type Source } from "./cluster";

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
  source: "vCenter's name, or an inventory file (.json) of `export`: ",
  telemetry: "Telemetry, a DuckDB file or http://server:8086/database (empty: none): ",
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
  const [source, snapshot] = known
    ? [known, await lookUp(context, known)]
    : await ask(context, QUESTIONS.source, async (answer) => {
        const named = sourceOf(answer, flags.caFile);
        return [named, await lookUp(context, named)] as const;
      });
  const telemetry = open.telemetry ? await ask(context, QUESTIONS.telemetry, telemetryOf) : flags.telemetry || "";
  const cluster = await clusterOf(context, snapshot, flags.cluster, asks);
  return { source, telemetry: telemetry === "" ? null : telemetry, cluster };
}

async function clusterOf(
  context: Context,
  snapshot: Snapshot | null,
  flag: string | undefined,
  asks: boolean,
): Promise<string> {
  const names = snapshot?.clusters.map(({ name }) => name) ?? [];
  const known = (name: string): string => {
    if (name === "") throw unanswered("no cluster is named", names.join(", ") || "its name in vCenter");
    if (snapshot) lazy.snapshot().findCluster(snapshot, name);
    return name;
  };
  if (flag !== undefined) return known(flag);
  if (names.length === 1) return names[0];
  if (!asks) throw incomplete({ cluster: true }, names);
  return ask(context, `Cluster, by name${names.length ? ` (${names.join(", ")})` : ""}: `, known);
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

/** Asks until `take` accepts the answer; what is wrong with one is said. Ctrl-C and Ctrl-D end it. */
async function ask<T>(context: Context, question: string, take: (answer: string) => T | Promise<T>): Promise<T> {
  for (;;) {
    const answer = await readAnswer(context, question);
    try {
      return await take(answer);
    } catch (error) {
      if (!(error instanceof AffinityError) || context.signal.aborted) throw error;
      context.output.note(error.describe());
    }
  }
}

async function readAnswer(context: Context, question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: context.output.stderr });
  try {
    return (await lines.question(question, { signal: context.signal })).trim();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ABORT_ERR") throw cause;
    // What comes next begins on a line of its own.
    context.output.stderr.write("\n");
    throw new AffinityError({ code: "INTERRUPTED", message: "interrupted, and nothing was written" });
  } finally {
    lines.close();
  }
}

/** A file has an ending that inventories have; anything else is a server. */
function sourceOf(answer: string, caFile: string | undefined): Source {
  if (answer === "") throw unanswered("no vCenter and no file is named", "vcenter.example.com, or inventory.json");
  return /\.json(\.gz)?$/.test(answer) ? { inventory: answer } : { vcenter: answer, caFile };
}

function telemetryOf(answer: string): string {
  const { duckdb } = answer === "" ? {} : telemetrySetting(answer);
  if (typeof duckdb === "string" && !existsSync(duckdb))
    throw unanswered(`there is no file "${duckdb}"`, "a DuckDB file that `import` wrote, an address, or nothing");
  return answer;
}

const unanswered = (message: string, hint: string): AffinityError =>
  new AffinityError({ code: "INIT_INCOMPLETE", message, hint });

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
