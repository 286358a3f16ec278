import { randomUUID } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { AffinityError } from "../../engine/errors";
import { ExitCode } from "../exit";
import { packageInfo } from "../package-info";
import { exposition, type Metric } from "./exposition";
import { metric } from "./metrics";

export interface MetricsFlags {
  readonly metricsFile?: string;
}

export function addMetricsOption(command: Command): void {
  command.option("--metrics-file <file>", "write Prometheus metrics of the run (one file per command and shard)");
}

/**
 * Runs `work` and writes what it recorded, with how the run went, for node_exporter's textfile collector: also of a run
 * that failed, so that a failure is seen and not only a silence. Nothing is done where no file is asked for.
 * @param labels beside the command's name, such as the shard: they keep files of one folder apart
 */
export async function withMetrics(
  flags: MetricsFlags,
  command: string,
  labels: Readonly<Record<string, string>>,
  work: (record: (...metrics: Metric[]) => void) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { metricsFile: path } = flags;
  if (path === undefined) return work(() => undefined);
  const recorded: Metric[] = [];
  const start = performance.now();
  let code: ExitCode = ExitCode.error;
  try {
    code = await work((...metrics) => recorded.push(...metrics));
    return code;
  } finally {
    const one = (value: number) => ({ labels: {}, value });
    const { version } = packageInfo();
    const about = [
      metric("build_info", { labels: { version, node: process.versions.node }, value: 1 }),
      metric("run_timestamp_seconds", one(Math.floor(Date.now() / 1000))),
      metric("run_duration_seconds", one(Math.round(performance.now() - start) / 1000)),
      metric("run_success", one(code === ExitCode.error ? 0 : 1)),
    ];
    writeWhole(path, exposition([...about, ...recorded], { command, ...labels }));
  }
}

/** Beside the target and then renamed: a collector never reads half a file. Its name must not end in .prom before. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.${randomUUID()}.part`;
  try {
    writeFileSync(draft, text, { mode: 0o644 });
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw new AffinityError({
      code: "FILE_UNWRITABLE",
      message: `the metrics "${path}" can't be written`,
      hint: "check that the folder exists and that you may write there",
      cause,
    });
  }
}
