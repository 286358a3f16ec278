import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { Option } from "commander";
import type { ImportOptions, ImportReport, ImportSource } from "../../engine/telemetry/import";
import { AffinityError } from "../../engine/errors";
import type { CliCommand, CommonFlags } from "../command";
import { telemetrySetting } from "../config";
import { ExitCode } from "../exit";
import { lazy } from "../lazy";
import { readMapping } from "../mapping";

interface ImportFlags extends CommonFlags {
  readonly map: readonly string[];
  readonly vcenter?: string;
  readonly scope?: ImportOptions["scope"];
  readonly precision?: "ns" | "us" | "ms" | "s";
  readonly from?: string;
  readonly to?: string;
}

/** Telemetry of another store into a DuckDB file; run again, it adds what is new and doubles nothing. */
export const importCommand: CliCommand<ImportFlags> = {
  name: "import",
  summary: "copy telemetry from InfluxDB, line protocol, CSV or Parquet into a DuckDB file",
  examples: [
    "vsphere-affinity import http://influx:8086/telegraf telemetry.duckdb --from 2026-01-01",
    "vsphere-affinity import metrics.out.gz telemetry.duckdb",
    "vsphere-affinity import trace.parquet telemetry.duckdb --vcenter lab --map time=timestamp --map timeUnit=ms --map id=vm --map vmCpuMhz=cpu_usage",
  ],
  configure(command) {
    command
      .argument(
        "<source>",
        "http://server:8086/database, or a file: .csv, .parquet, else line protocol; .gz is unpacked",
      )
      .argument("<file>", "DuckDB file to fill")
      .option(
        "--map <what>",
        "of CSV and Parquet, repeated: time=COLUMN, timeUnit=s|ms|us|ns, id=COLUMN, name=COLUMN, METRIC=COLUMN or METRIC=COLUMN*SCALE; or one YAML file",
        (text: string, before: readonly string[]) => [...before, text],
        [] as readonly string[],
      )
      .option(
        "--vcenter <name>",
        "the vCenter whose rows are taken; of CSV and Parquet, the one they are written under",
      )
      .addOption(new Option("--scope <which>", "which fields to take (default: metrics)").choices(["metrics", "all"]))
      .addOption(
        new Option("--precision <unit>", "of line protocol's times (default: ns)").choices(["ns", "us", "ms", "s"]),
      )
      .option("--from <time>", "of InfluxDB: first instant to take, ISO 8601")
      .option("--to <time>", "of InfluxDB: first instant not to take, ISO 8601");
  },
  async run(context, flags, [from, file]) {
    const source = sourceOf(from, flags, context.environment);
    refuseOtherFile(file);
    const report = await context.steps.run(`importing ${"influx" in source ? source.influx.url : from}`, (progress) =>
      lazy.telemetryImport().importTelemetry(source, file, {
        vcenter: flags.vcenter,
        scope: flags.scope,
        signal: context.signal,
        onProgress: (done, total, text) => progress({ done, total, text }),
      }),
    );
    for (const { place, reason } of report.firstBadRows) context.output.note(`not taken: ${place}: ${reason}`);
    context.output.result({ file, ...report }, () => summary(file, report));
    return ExitCode.clean;
  },
};

/** DuckDB opens a JSON or CSV file as a database in memory: what is imported into it would be lost without a word. */
function refuseOtherFile(file: string): void {
  if (!existsSync(file)) return;
  let head: Buffer;
  try {
    const descriptor = openSync(file, "r");
    try {
      head = Buffer.alloc(12);
      if (readSync(descriptor, head) === 0) return;
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    const hint = "name a file that you may write to; it is made where it isn't there";
    throw new AffinityError({ code: "FILE_UNWRITABLE", message: `"${file}" can't be filled`, hint, cause });
  }
  if (head.toString("latin1", 8) === "DUCK") return;
  throw new AffinityError({
    code: "FILE_UNWRITABLE",
    message: `"${file}" is there already, and is not a DuckDB file`,
    hint: "name another: the file to fill comes second, `vsphere-affinity import SOURCE FILE`",
  });
}

function sourceOf(
  from: string,
  flags: ImportFlags,
  environment: Readonly<Record<string, string | undefined>>,
): ImportSource {
  if (/^https?:\/\//.test(from)) {
    const { influxSettingsSchema, withEnvironment } = lazy.settings();
    const { influx } = withEnvironment({ telemetry: telemetrySetting(from) }, environment).telemetry as {
      influx: unknown;
    };
    const settings = lazy
      .validate()
      .validate(influxSettingsSchema, influx, { code: "SETTINGS_INVALID", subject: "the address" });
    return { influx: settings, from: instant(flags.from, "--from"), to: instant(flags.to, "--to") };
  }
  if (!/\.(csv|csv\.gz|parquet)$/i.test(from)) return { lineProtocol: from, precision: flags.precision };
  if (flags.map.length === 0) {
    throw new AffinityError({
      code: "TELEMETRY_MAPPING_INVALID",
      message: `"${from}" is a table, and nothing says which column holds what`,
      hint: "add --map time=COLUMN --map id=COLUMN --map vmCpuMhz=COLUMN, or --map FILE",
    });
  }
  return { table: from, mapping: readMapping(flags.map) };
}

/** Epoch seconds. */
function instant(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Math.floor(Date.parse(text) / 1000);
  if (Number.isFinite(seconds)) return seconds;
  throw new AffinityError({
    code: "USAGE",
    message: `${flag} "${text}" is not a time`,
    hint: "give it as 2026-03-01 or 2026-03-01T06:00:00Z",
  });
}

function summary(file: string, report: ImportReport): string {
  const { samples, added, changed, badRows, outOfScope, textFields } = report;
  const left = [
    badRows > 0 && `${badRows} rows could not be taken`,
    outOfScope > 0 && `${outOfScope} values out of scope`,
    textFields > 0 && `${textFields} text fields left out`,
  ].filter(Boolean);
  const same = samples - added - changed;
  return `${file}: ${samples} samples read, ${added} added, ${changed} changed, ${same} there already${left.length > 0 ? `; ${left.join(", ")}` : ""}`;
}
