import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** A secret as it is, and as it would stand in a URL, in XML, in JSON and in an Authorization header. */
function formsOf(secret: string): string[] {
  const xml = secret
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
  const base64 = Buffer.from(secret).toString("base64").replace(/=+$/, "");
  // "user:secret" in base64 shows the secret at one of three offsets; whole groups of four are the same whatever surrounds them.
  const shifted = [1, 2].map((by) => {
    const text = Buffer.from(`${"x".repeat(by)}${secret}`).toString("base64");
    return text.slice(4, text.length - 4);
  });
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    ...new Set([secret, encodeURIComponent(secret), xml, json, JSON.stringify(json).slice(1, -1), base64, ...shifted]),
  ];
}

/** Where a planted secret shows in a text, in whatever form; empty if nowhere. */
export function leaksIn(where: string, text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    formsOf(secret).flatMap((form) => {
      const at = text.indexOf(form);
      return at < 0 ? [] : [`${name} in ${where}: …${text.slice(Math.max(0, at - 80), at + form.length + 20)}…`];
    }),
  );
}

/** The same in every file of a folder, read as bytes, but for those that `without` names. */
export async function leaksInFolder(
  folder: string,
  secrets: Readonly<Record<string, string>>,
  without: readonly string[] = [],
): Promise<{ leaks: string[]; files: string[] }> {
  const [leaks, files]: [string[], string[]] = [[], []];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (without.includes(entry.name)) continue;
    if (entry.isDirectory()) {
      const inner = await leaksInFolder(path, secrets, without);
      leaks.push(...inner.leaks);
      files.push(...inner.files);
    } else if (entry.isFile()) {
      files.push(path);
      leaks.push(...leaksIn(path, (await readFile(path)).toString("latin1"), secrets));
    }
  }
  return { leaks, files };
}
