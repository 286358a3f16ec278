import { chmod, copyFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AffinityError } from "../../engine/errors";
import type { Report } from "../progress";
import { runProcess } from "../process";
import { type PulumiCli, pulumiCacheFolder, versionOf } from "./find";

/** Versions known to build and to work together; v3.68.0 is the last SDK that holds the language host in its own module. */
const CLI = { module: "github.com/pulumi/pulumi/pkg/v3", version: "v3.200.0", command: "cmd/pulumi" };
const HOST = {
  module: "github.com/pulumi/pulumi/sdk/v3",
  version: "v3.68.0",
  command: "nodejs/cmd/pulumi-language-nodejs",
};
const SDK = "github.com/pulumi/pulumi/sdk/v3";
const LAUNCHERS = ["pulumi-resource-pulumi-nodejs", "pulumi-analyzer-policy"];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Builds the Pulumi CLI and its Node.js host from Go modules into the cache; minutes the first time.
 * @throws AffinityError PULUMI_BUILD_FAILED with the end of the compiler's output.
 */
export async function buildPulumi(environment: Environment, report: Report, signal: AbortSignal): Promise<PulumiCli> {
  const root = pulumiCacheFolder(environment);
  await mkdir(root, { recursive: true });
  const work = await mkdtemp(join(root, ".building-"));
  const bin = join(work, "bin");
  const go = async (folder: string, ...args: string[]) => {
    const env = { ...environment, GOFLAGS: "-mod=mod", CGO_ENABLED: "0", GOWORK: "off" };
    const onLine = (text: string) => report({ text });
    const result = await runProcess("go", args, { cwd: folder, env, signal, onLine });
    signal.throwIfAborted();
    if (result.code === 0) return result.stdout.trim();
    throw new AffinityError({
      code: "PULUMI_BUILD_FAILED",
      message: "the Pulumi CLI could not be built from its Go modules",
      cause: new Error(result.stderr.trim().split("\n").slice(-3).join("; "), { cause: result.error }),
    });
  };
  const build = async ({ module, version, command }: typeof CLI) => {
    const folder = join(work, command.split("/").at(-1)!);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "go.mod"), `module build\n\ngo 1.23\n\nrequire ${module} ${version}\n`);
    await go(folder, "build", "-trimpath", "-o", `${bin}/`, `${module}/${command}`);
    return folder;
  };
  try {
    report({ text: "the command line" });
    const folder = await build(CLI);
    report({ text: "the Node.js host" });
    await build(HOST);
    // The launchers of dynamic providers and policy packs are scripts inside the SDK's module.
    const sdk = await go(folder, "list", "-m", "-f", "{{.Dir}}", SDK);
    for (const name of LAUNCHERS) {
      await copyFile(join(sdk, "nodejs", "dist", name), join(bin, name));
      await chmod(join(bin, name), 0o755);
    }
    const target = join(root, "bin");
    await rm(target, { recursive: true, force: true });
    await rename(bin, target);
    return { folder: target, where: "built", version: (await versionOf(target, environment)) ?? null };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

export async function hasGo(environment: Environment): Promise<boolean> {
  return (await runProcess("go", ["version"], { env: environment, timeout: 20_000 })).code === 0;
}
