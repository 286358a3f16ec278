import type { ColumnMapping } from "../engine/telemetry/import";
import { AffinityError } from "../engine/errors";
import { withSuggestions } from "./config";
import { parseYamlFile } from "./files";
import { lazy } from "./lazy";
import { nearest } from "./suggest";

const PLAIN_KEYS = ["time", "timeUnit", "id", "name"];

/**
 * The column mapping of `--map`: one YAML file, or `key=column` several times.
 * @throws AffinityError TELEMETRY_MAPPING_INVALID listing every problem at once.
 */
export function readMapping(given: readonly string[]): ColumnMapping {
  const raw =
    given.length === 1 && !given[0].includes("=") ? parseYamlFile(given[0], "column mapping") : fromPairs(given);
  const { columnMappingSchema } = lazy.telemetryImport();
  try {
    return lazy.validate().validate(columnMappingSchema, raw, {
      code: "TELEMETRY_MAPPING_INVALID",
      subject: "the column mapping",
    });
  } catch (error) {
    throw withSuggestions(error, columnMappingSchema);
  }
}

function fromPairs(pairs: readonly string[]): unknown {
  const metrics = Object.keys(lazy.telemetrySchema().METRICS);
  const plain: Record<string, string> = {};
  const fields: Record<string, string> = {};
  const scale: Record<string, number> = {};
  const problems: { path: string; message: string }[] = [];
  for (const pair of pairs) {
    const [, key, value] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
    if (!key) {
      problems.push({ path: pair, message: "give it as key=column" });
    } else if (PLAIN_KEYS.includes(key)) {
      plain[key] = value;
    } else if (metrics.includes(key) || key.startsWith("vsphere_")) {
      const [, column, factor] = /^(.+?)(?:\*([-+.\deE]+))?$/.exec(value)!;
      fields[column] = key;
      if (factor !== undefined) scale[column] = Number(factor);
    } else {
      const near = nearest(key, [...PLAIN_KEYS, ...metrics]);
      problems.push({ path: key, message: near ? `unknown; did you mean "${near}"?` : "unknown metric" });
    }
  }
  if (problems.length > 0) {
    throw new AffinityError({
      code: "TELEMETRY_MAPPING_INVALID",
      message: "the column mapping is not valid",
      hint: `known are ${[...PLAIN_KEYS, ...metrics].join(", ")}`,
      problems,
    });
  }
  return { ...plain, fields, scale };
}
