import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Context } from "../command";
import { packageInfo, packageRoot } from "../package-info";
import { findPulumi } from "../pulumi/find";
import type { Check } from "./check";

/** The oldest CLI whose engine runs remediations before it diffs, which the plan in `check` counts on. */
const LEAST_CLI = [3, 100];

/** The CLI, and the packages that a program and its policy pack load, as they are found from the current folder. */
export async function checkPulumi(context: Context, folder = process.cwd()): Promise<Check[]> {
  return [await cliCheck(context), ...packageChecks(folder), ...policyPackCheck(folder)];
}

async function cliCheck(context: Context): Promise<Check> {
  const name = "pulumi";
  const cli = await findPulumi(context.environment);
  if (!cli) {
    const next = "install it from https://www.pulumi.com/docs/install/, or let `quickstart` get one";
    return { name, status: "warning", detail: "the CLI is neither on PATH nor in the cache", next };
  }
  const version = cli.version ? `version ${cli.version}` : "a build without a version";
  const detail = `${version}, ${cli.where === "PATH" ? "on PATH" : "in the cache"}: ${cli.folder}`;
  if (cli.version === null || !isOlder(cli.version, LEAST_CLI)) return { name, status: "ok", detail };
  return { name, status: "error", detail, next: `update it: ${LEAST_CLI.join(".")} and newer are known to work` };
}

/** The package, and why a program may want it. */
const PACKAGES = [
  { name: "@pulumi/pulumi", needed: true },
  { name: "@pulumi/policy", needed: true },
  { name: "@pulumi/vsphere", needed: false },
] as const;

function packageChecks(folder: string): Check[] {
  return PACKAGES.map(({ name, needed }): Check => {
    const version = versionFrom(folder, name) ?? (needed ? versionFrom(packageRoot(), name) : null);
    if (version !== null) return { name, status: "ok", detail: `version ${version}` };
    if (needed) return { name, status: "error", detail: "is not installed", next: "run `npm install`" };
    const next = "VirtualMachineGroup, and hostSystemId of your own VMs, want it: `npm install @pulumi/vsphere`";
    return { name, status: "ok", detail: "is not installed here", next };
  });
}

/** The pack of the project that doctor is run in, where it has one; else the one of this package. */
function policyPackCheck(folder: string): Check[] {
  const { name, version } = packageInfo();
  const own = join(folder, "node_modules", name);
  const pack = [join(own, "policies/pack"), join(packageRoot(), "policies/pack")].find((path) =>
    existsSync(join(path, "PulumiPolicy.yaml")),
  );
  if (!pack) {
    const next = `install ${name} anew: its folder policies/pack is not there`;
    return [{ name: "policy pack", status: "warning", detail: "is not found", next }];
  }
  const installed = existsSync(join(own, "package.json")) ? versionOf(join(own, "package.json")) : version;
  const detail = `version ${installed}; \`pulumi up --policy-pack ${pack}\``;
  if (installed === version) return [{ name: "policy pack", status: "ok", detail }];
  const next = `this command is of version ${version}: run \`npx vsphere-affinity\` in the project, or update its package`;
  return [{ name: "policy pack", status: "warning", detail, next }];
}

function versionFrom(folder: string, name: string): string | null {
  try {
    const paths = createRequire(join(folder, "package.json")).resolve.paths(name) ?? [];
    const found = paths.map((path) => join(path, name, "package.json")).find((path) => existsSync(path));
    return found === undefined ? null : versionOf(found);
  } catch {
    return null;
  }
}

const versionOf = (path: string): string =>
  (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version.replace(/^v/, "");

function isOlder(version: string, [major, minor]: readonly number[]): boolean {
  const [a, b] = version.replace(/^v/, "").split(".").map(Number);
  return a < major || (a === major && b < minor);
}
