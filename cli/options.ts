import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommonFlags } from "./command";

/** The options of every command that looks at a cluster. */
export interface WorldFlags extends CommonFlags {
  readonly config?: string;
  readonly inventory?: string;
  readonly vcenter?: string;
  readonly telemetry?: string;
  readonly journal?: string;
  readonly models?: string;
  readonly device?: string;
  readonly cluster?: string;
  readonly seed?: number;
  readonly asOf?: string;
  readonly timeLimit?: number;
}

export const DEFAULT_CONFIG = "vsphere-affinity.yaml";
export const DEFAULT_JOURNAL = "vsphere-affinity.journal.duckdb";

export function addInventoryOptions(command: Command): void {
  command
    .option("--config <file>", `settings as YAML (default: ${DEFAULT_CONFIG}, where there is one)`)
    .option("--inventory <file>", "inventory file, as written by `export`")
    .option("--vcenter <server>", "vCenter; user and password from VSPHERE_USER and VSPHERE_PASSWORD");
}

export function addTelemetryOptions(command: Command): void {
  command
    .option("--telemetry <file|url>", "DuckDB file, or InfluxDB as http://server:8086/database")
    .option("--journal <file>", "DuckDB file that keeps reservations and plans")
    .option("--models <folder>", "trained models, as `train` writes them (default: none, baselines serve)");
}

export function addPlanOptions(command: Command): void {
  command
    .option("--cluster <name>", "cluster, by name or id; not needed where there is one only")
    .addOption(
      new Option("--device <name>", "where wide arithmetic runs").choices(["auto", "webgpu", "webasm", "cpu", "plain"]),
    )
    .option("--seed <number>", "seed of the search", parseSeed)
    .option("--time-limit <seconds>", "then the best plan so far is given (default: search to the end)", parseSeconds)
    .option(
      "--as-of <time>",
      "instant to plan for: now, newest (sample) or ISO 8601 (default: newest for an inventory file, now for a vCenter)",
      parseInstant,
    );
}

function parseSeed(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text))) {
    throw new InvalidArgumentError("A seed is a whole number of zero or more.");
  }
  return Number(text);
}

function parseSeconds(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text) || !(Number(text) > 0)) {
    throw new InvalidArgumentError("A time limit is a number of seconds above zero.");
  }
  return Number(text);
}

function parseInstant(text: string): string {
  if (text === "now" || text === "newest") return text;
  const instant = new Date(/^\d{9,11}$/.test(text) ? Number(text) * 1000 : text);
  if (Number.isNaN(instant.getTime())) {
    throw new InvalidArgumentError("Give now, newest, or a time such as 2026-03-01T06:00:00Z.");
  }
  return instant.toISOString();
}
