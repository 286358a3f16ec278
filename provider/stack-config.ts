/** Where the settings of a stack stand in its configuration. */
export const NAMESPACE = "vsphere-affinity";

type Loose = Record<string, unknown>;

/**
 * The settings of a stack from its `vsphere-affinity:*` values, which come as text; structured ones as JSON. A dotted
 * name is a path (`vcenter.server`), as `pulumi new` and a `pulumi config set` without `--path` write it. Unknown keys
 * are kept, to be refused by name.
 * @param values by name, without the namespace
 */
export function settingsOfStack(values: Readonly<Record<string, string>>): Loose {
  const settings: Loose = {};
  const names = Object.keys(values).sort((a, b) => depth(a) - depth(b));
  for (const name of names) {
    const value = values[name];
    if (!name.includes(".")) set(settings, name, AMOUNT.test(name) ? scalar(name, value) : structured(value));
    else if (!put(settings, name.split("."), scalar(name, value))) set(settings, name, value);
  }
  return settings;
}

/** Settings at the root that are numbers; a path or a name of digits stays text. */
const AMOUNT = /(Days|Seconds)$/;

/** A name such as `__proto__` is a key like any other, to be refused. */
function set(settings: Loose, name: string, value: unknown): void {
  Object.defineProperty(settings, name, { value, enumerable: true, configurable: true, writable: true });
}

const depth = (name: string) => name.split(".").length;

/** False where the path leads through what is no mapping. */
function put(settings: Loose, path: readonly string[], value: unknown): boolean {
  if (path.includes("__proto__")) return false;
  let at = settings;
  for (const key of path.slice(0, -1)) {
    if (at[key] !== undefined && !isMapping(at[key])) return false;
    at = (at[key] ??= {}) as Loose;
  }
  at[path[path.length - 1]] = value;
  return true;
}

const isMapping = (value: unknown): boolean => value !== null && typeof value === "object" && !Array.isArray(value);

function structured(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** Names whose values are texts, digits or not. */
const TEXT = /(password|user|database|retentionPolicy|secret|keyName)$/;

/** `pulumi config set --path` makes numbers and booleans of such text; a password of digits stays one. */
function scalar(name: string, value: string): unknown {
  if (TEXT.test(name)) return value;
  return /^(true|false|-?(0|[1-9]\d*)(\.\d+)?)$/.test(value) ? (JSON.parse(value) as unknown) : structured(value);
}
