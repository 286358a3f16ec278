import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheFolder } from "../cache";
import { runProcess } from "../process";

/** Pulumi's CLI as it lies on this machine, with what it needs to run Node.js programs beside it or on PATH. */
export interface PulumiCli {
  /** Folder of the executable. */
  readonly folder: string;
  readonly where: "PATH" | "cache" | "installed" | "built";
  /** Null for a build that carries none. */
  readonly version: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A CLI alone can't run a program: these lie beside it in Pulumi's own distribution. */
const HELPERS = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs", "pulumi-analyzer-policy"];

/** Where `installPulumi` and `buildPulumi` put theirs. */
export const pulumiCacheFolder = (environment: Environment): string => join(cacheFolder(environment), "pulumi");

/** The Pulumi CLI on PATH, else in the cache, else of the test bed. */
export async function findPulumi(environment: Environment): Promise<PulumiCli | undefined> {
  for (const [where, folder] of candidates(environment)) {
    const version = complete(folder, environment) ? await versionOf(folder, environment) : undefined;
    if (version !== undefined) return { folder, where, version };
  }
  return undefined;
}

/** An environment in which `pulumi` and its helpers are found. */
export function withPulumi(cli: PulumiCli, environment: Environment): Record<string, string | undefined> {
  return { ...environment, PATH: [cli.folder, environment.PATH ?? ""].join(delimiter) };
}

/** Null if the CLI runs but has no version; undefined if it doesn't run. */
export async function versionOf(folder: string, environment: Environment): Promise<string | null | undefined> {
  const env = { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { code, stdout } = await runProcess(join(folder, "pulumi"), ["version"], { env, timeout: 20_000 });
  return code === 0 ? stdout.trim() || null : undefined;
}

function* candidates(environment: Environment): Generator<["PATH" | "cache", string]> {
  for (const folder of pathFolders(environment)) yield ["PATH", folder];
  yield ["cache", join(pulumiCacheFolder(environment), "bin")];
  const bed = environment.VSPHERE_AFFINITY_CACHE || join(cacheFolder(environment), "testbed");
  if (!existsSync(bed)) return;
  for (const entry of readdirSync(bed)
    .filter((name) => name.startsWith("pulumi-"))
    .sort()) {
    yield ["cache", join(bed, entry)];
  }
  yield ["cache", bed];
}

function complete(folder: string, environment: Environment): boolean {
  if (!executable(join(folder, "pulumi"))) return false;
  return HELPERS.every((helper) =>
    [folder, ...pathFolders(environment)].some((place) => executable(join(place, helper))),
  );
}

const pathFolders = (environment: Environment) => (environment.PATH ?? "").split(delimiter).filter(Boolean);

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
