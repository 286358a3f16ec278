import { AffinityError, type Problem } from "../engine/errors";
import type { PolicyConfig } from "../policies/testing";
import { parseYamlFile } from "./files";
import { lazy } from "./lazy";
import { nearest } from "./suggest";

const LEVELS = ["advisory", "mandatory", "remediate", "disabled"] as const;
type Level = (typeof LEVELS)[number];
const isLevel = (value: unknown): value is Level => (LEVELS as readonly unknown[]).includes(value);

/**
 * Reads settings of policies, in the form that Pulumi's `--policy-pack-config` takes: by policy a level, or settings
 * with an `enforcementLevel` among them; `all` is the level of those that say none.
 * @throws AffinityError POLICY_CONFIG_INVALID with every problem at once
 */
export function readPolicyConfig(file: string): Record<string, PolicyConfig> {
  const raw = parseYamlFile(file, "policies' configuration") ?? {};
  const problems: Problem[] = [];
  const policies = new Map(lazy.policies().policies.map((policy) => [policy.name, policy]));
  const config: Record<string, PolicyConfig> = {};
  if (typeof raw !== "object" || Array.isArray(raw)) {
    throw invalid(file, [{ path: "", message: "expected a mapping of policies to settings" }]);
  }
  const { all, ...named } = raw as Record<string, unknown>;
  if (all !== undefined && !isLevel(all)) problems.push({ path: "all", message: `expected ${LEVELS.join(", ")}` });
  if (isLevel(all)) for (const name of policies.keys()) config[name] = { enforcementLevel: all };
  for (const [name, given] of Object.entries(named)) {
    const policy = policies.get(name);
    if (!policy) {
      const near = nearest(name, [...policies.keys()]);
      problems.push({ path: name, message: `no policy of this name${near ? `; did you mean "${near}"?` : ""}` });
      continue;
    }
    const settings = isLevel(given) ? { enforcementLevel: given } : given;
    if (settings === null || typeof settings !== "object" || Array.isArray(settings)) {
      problems.push({ path: name, message: `expected settings, or one of ${LEVELS.join(", ")}` });
      continue;
    }
    const { enforcementLevel, ...rest } = settings as Record<string, unknown>;
    if (enforcementLevel !== undefined && !isLevel(enforcementLevel)) {
      problems.push({ path: `${name}.enforcementLevel`, message: `expected one of ${LEVELS.join(", ")}` });
    }
    problems.push(...problemsOf(name, () => policy.checkConfig(rest)));
    config[name] = { ...config[name], ...settings };
  }
  if (problems.length > 0) throw invalid(file, problems);
  return config;
}

function problemsOf(name: string, check: () => void): Problem[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof AffinityError)) throw error;
    return error.problems.map(({ path, message }) => ({ path: path ? `${name}.${path}` : name, message }));
  }
}

const invalid = (file: string, problems: Problem[]) =>
  new AffinityError({
    code: "POLICY_CONFIG_INVALID",
    message: `the policies' configuration "${file}" is not valid`,
    hint: "vsphere-affinity policies lists the policies and their settings",
    problems,
  });
