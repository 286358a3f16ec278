import { existsSync } from "node:fs";
import { join } from "node:path";
import { AffinityError } from "../../engine/errors";
import { readTextFile } from "../files";
import { templateFile } from "./template";

/** What `init` reads of a package.json and writes into it; all else in it stays. */
interface Manifest {
  main?: string;
  type?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const FILE = "package.json";
const OWN = "pulumi-vsphere-affinity";

/**
 * The project's package.json: the template's, or the one that is there (of `npm init`, `npm install`) with what it lacks
 * to run the program.
 * @param spec this package as npm shall install it; undefined: as the file says, else the template's version
 * @throws AffinityError INIT_EXISTS for one that is no JSON object, or whose modules are ES modules.
 */
export function manifestText(folder: string, name: string, spec: string | undefined): string {
  const template = JSON.parse(templateFile(FILE)) as Manifest;
  const path = join(folder, FILE);
  const there = existsSync(path) ? parsed(path) : null;
  const manifest: Manifest = there ? { ...there } : { ...template, ...{ name } };
  if (there) {
    if (there.main === undefined || !existsSync(join(folder, there.main))) manifest.main = template.main;
    manifest.dependencies = { ...template.dependencies, ...there.dependencies };
    manifest.devDependencies = { ...template.devDependencies, ...there.devDependencies };
  }
  if (spec !== undefined) manifest.dependencies = { ...manifest.dependencies, [OWN]: spec };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function parsed(path: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(readTextFile(path, "manifest"));
  } catch (cause) {
    if (cause instanceof AffinityError) throw cause;
    throw unusable(path, "is no valid JSON", cause);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw unusable(path, "is no JSON object");
  const manifest = value as Manifest;
  if (manifest.type === "module") throw unusable(path, 'says "type": "module", and the program is CommonJS');
  return manifest;
}

const unusable = (path: string, what: string, cause?: unknown) =>
  new AffinityError({
    code: "INIT_EXISTS",
    message: `"${path}" ${what}`,
    hint: "nothing was written; mend it, or name a new folder",
    cause,
  });
