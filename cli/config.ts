import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { z } from "zod";
import type { Settings } from "../provider/settings";
import { AffinityError, type Problem } from "../engine/errors";
import { parseYamlFile } from "./files";
import { lazy } from "./lazy";
import { DEFAULT_CONFIG, DEFAULT_JOURNAL, type WorldFlags } from "./options";
import { nearest } from "./suggest";

type Loose = Record<string, unknown>;

/**
 * The settings of a command: the configuration file, overridden by flags, filled from the environment.
 * Paths in the file are relative to the file; paths in flags to the current folder.
 * @throws AffinityError listing every problem at once.
 */
export function loadSettings(flags: WorldFlags, environment: Readonly<Record<string, string | undefined>>): Settings {
  const file = flags.config ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined);
  const raw = applyFlags(file === undefined ? {} : readConfig(file), flags);
  const subject = file === undefined ? "the command line" : `the configuration "${file}"`;
  // A misspelled key may be the very reason why there is none: that is told below.
  const misspelled = Object.keys(raw).some((key) => !(lazy.settings().SETTING_KEYS as readonly string[]).includes(key));
  if (raw.inventory === undefined && raw.vcenter === undefined && !environment.VSPHERE_SERVER && !misspelled) {
    throw new AffinityError({
      code: "INVENTORY_MISSING",
      message: "there is no inventory to look at",
      hint: `give --inventory FILE or --vcenter SERVER, or write either into ${DEFAULT_CONFIG}`,
    });
  }
  try {
    return lazy.settings().parseSettings(raw, subject, environment);
  } catch (error) {
    throw withSuggestions(error, lazy.settings().settingsSchema);
  }
}

function readConfig(file: string): Loose {
  const raw = parseYamlFile(file, "configuration") ?? {};
  if (typeof raw !== "object" || Array.isArray(raw)) {
    throw new AffinityError({
      code: "SETTINGS_INVALID",
      message: `the configuration "${file}" must be a mapping of keys to values`,
      hint: `known keys are ${lazy.settings().SETTING_KEYS.join(", ")}`,
    });
  }
  const settings = { ...(raw as Loose) };
  const folder = dirname(resolve(file));
  const absolute = (value: unknown) => (typeof value === "string" ? resolve(folder, value) : value);
  for (const key of ["inventory", "models", "hostEvents", "flows", "requests"]) {
    if (key in settings) settings[key] = absolute(settings[key]);
  }
  settings.journal = absolute(settings.journal ?? DEFAULT_JOURNAL);
  const telemetry = settings.telemetry as Loose | null | undefined;
  if (telemetry?.duckdb !== undefined) settings.telemetry = { ...telemetry, duckdb: absolute(telemetry.duckdb) };
  const withCaFile = (value: unknown) => {
    const server = value as Loose | null | undefined;
    return typeof server?.caFile === "string" ? { ...server, caFile: absolute(server.caFile) } : value;
  };
  if (settings.vcenter !== undefined) settings.vcenter = withCaFile(settings.vcenter);
  if (telemetry?.influx !== undefined) settings.telemetry = { ...telemetry, influx: withCaFile(telemetry.influx) };
  return settings;
}

function applyFlags(settings: Loose, flags: WorldFlags): Loose {
  const result = { ...settings };
  if (flags.inventory !== undefined && flags.vcenter !== undefined) {
    throw new AffinityError({
      code: "SETTINGS_INVALID",
      message: "--inventory and --vcenter can't be given together",
      hint: "an inventory comes from one of them",
    });
  }
  if (flags.inventory !== undefined) {
    result.inventory = flags.inventory;
    delete result.vcenter;
  }
  if (flags.vcenter !== undefined) {
    result.vcenter = { ...(result.vcenter as Loose | undefined), server: flags.vcenter };
    delete result.inventory;
  }
  if (flags.telemetry !== undefined) result.telemetry = telemetrySetting(flags.telemetry);
  if (flags.journal !== undefined) result.journal = flags.journal;
  if (flags.models !== undefined) result.models = flags.models;
  // A file is a copy of the past, and so is the telemetry beside it.
  const past = result.inventory !== undefined && result.telemetry !== undefined;
  result.asOf = flags.asOf ?? result.asOf ?? (past ? "newest" : "now");
  if (flags.device !== undefined) result.device = flags.device;
  if (flags.timeLimit !== undefined) result.timeLimitSeconds = flags.timeLimit;
  if (flags.seed !== undefined) result.plan = { ...(result.plan as Loose | undefined), seed: flags.seed };
  return result;
}

/** `http://user:password@server:8086/database` as InfluxDB settings; anything else is a DuckDB file. */
export function telemetrySetting(text: string): Loose {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return { duckdb: text };
  if (!/^https?:/i.test(text)) {
    throw new AffinityError({
      code: "SETTINGS_INVALID",
      message: `the --telemetry address "${text}" is none of InfluxDB's`,
      hint: "give it as http://server:8086/database or https://server:8086/database, or name a DuckDB file",
    });
  }
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw new AffinityError({
      code: "SETTINGS_INVALID",
      message: "the --telemetry address is not a valid URL",
      hint: "give it as http://server:8086/database",
      cause: error,
    });
  }
  const database = decodeURIComponent(url.pathname.replace(/^\/|\/$/g, "")) || url.searchParams.get("db");
  if (!database) {
    throw new AffinityError({
      code: "SETTINGS_INVALID",
      message: `the --telemetry address ${url.origin} names no database`,
      hint: `add it: ${url.origin}/telegraf`,
    });
  }
  return {
    influx: {
      url: url.origin,
      database,
      ...(url.username && { user: decodeURIComponent(url.username) }),
      ...(url.password && { password: decodeURIComponent(url.password) }),
    },
  };
}

/** Adds "did you mean" to every problem that is an unknown key. */
export function withSuggestions(error: unknown, schema: z.core.$ZodType): unknown {
  if (!(error instanceof AffinityError)) return error;
  const problems = error.problems.flatMap((problem): Problem[] => {
    if (!problem.message.startsWith("Unrecognized key")) return [problem];
    const known = lazy.knownKeys().knownKeysAt(schema, problem.path);
    return [...problem.message.matchAll(/"([^"]+)"/g)].map(([, key]) => {
      const near = nearest(key, known);
      const advice = near ? `did you mean "${near}"?` : known.length > 0 ? `known are ${known.join(", ")}` : "";
      return { path: problem.path ? `${problem.path}.${key}` : key, message: `unknown key; ${advice}` };
    });
  });
  const { code, message, hint } = error;
  return new AffinityError({ code, message, hint, problems, cause: error.cause });
}
