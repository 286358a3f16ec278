import { createHash } from "node:crypto";

/** JSON with sorted keys and no white space: equal values give equal bytes. */
export function canonicalJson(value: unknown): string {
  return write(value) ?? "null";
}

/** As JSON.stringify with sorted keys, without a copy of every object; undefined where JSON leaves a value out. */
function write(value: unknown): string | undefined {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") return write(JSON.parse(JSON.stringify(value)));
  if (Array.isArray(value)) {
    let text = "[";
    for (let i = 0; i < value.length; i++) text += (i > 0 ? "," : "") + (write(value[i]) ?? "null");
    return `${text}]`;
  }
  let text = "";
  for (const key of sortedKeys(value)) {
    const item = write((value as Record<string, unknown>)[key]);
    if (item !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${item}`;
  }
  return `{${text}}`;
}

/** As an object made of the sorted entries has them: whole numbers first, by their value. */
function sortedKeys(value: object): string[] {
  const keys = Object.keys(value).sort();
  return keys.some((key) => /^\d+$/.test(key)) ? Object.keys(Object.fromEntries(keys.map((key) => [key, 0]))) : keys;
}

/** SHA-256 of the canonical JSON, hexadecimal. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
