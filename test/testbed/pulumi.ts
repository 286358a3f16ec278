import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { componentPath } from "./components";

/**
 * The environment in which the bed's Pulumi CLI runs with a file backend and a
 * home of its own, both kept in `folder`. It is a whole environment: this
 * process's, without what would reach another backend or plugins of this machine.
 *
 * @throws MissingComponent if the CLI or the vSphere plugin can't be had
 */
export async function pulumiEnvironment(folder: string): Promise<Record<string, string>> {
  const binaries = [dirname(await componentPath("pulumi")), dirname(await componentPath("vsphere-plugin"))];
  const home = join(folder, "pulumi-home");
  const state = join(folder, "pulumi-state");
  await Promise.all([mkdir(home, { recursive: true }), mkdir(state, { recursive: true })]);
  const inherited = Object.entries(process.env).filter(
    ([name, value]) =>
      value !== undefined && !name.startsWith("PULUMI_") && !/^(NODE_OPTIONS|MOCHA_OPTIONS)$/.test(name),
  ) as [string, string][];
  return {
    ...Object.fromEntries(inherited),
    PATH: [...binaries, process.env.PATH ?? ""].join(delimiter),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "test bed",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NO_COLOR: "1",
  };
}

/**
 * Installs the bed's @pulumi/vsphere into a project's `node_modules`. Its
 * package.json isn't changed. What else package.json names is installed as well.
 *
 * @throws MissingComponent if the SDK can't be built
 */
export async function installVsphereSdk(projectFolder: string): Promise<void> {
  const sdk = join(dirname(await componentPath("vsphere-plugin")), "sdk-vsphere");
  // Linked instead of copied, the SDK wouldn't find the project's @pulumi/pulumi.
  const args = ["install", sdk, "--install-links", "--no-save", "--prefer-offline", "--ignore-scripts"];
  await promisify(execFile)("npm", [...args, "--no-audit", "--no-fund"], { cwd: projectFolder });
}
