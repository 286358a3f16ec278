import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { componentPath, pulumiEnvironment, temporaryFolder } from "../testbed";

/** The repository: tests run from an output folder two levels below it. */
export const repository = resolve(__dirname, "../../..");

export interface Ran {
  code: number | null;
  /** Standard output and standard error, as they came. */
  text: string;
  stdout: string;
}

export function run(program: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ran> {
  return new Promise((resolveRun, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    let stdout = "";
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      text += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => resolveRun({ code, text, stdout }));
  });
}

/** A Pulumi project of its own, with a file backend. */
export interface Project {
  readonly folder: string;
  pulumi(...args: string[]): Promise<Ran>;
  /** Sets configuration; a key with dots is a path, a key that ends in "password" a secret. */
  configure(values: Record<string, string>): Promise<void>;
}

/** Copies an example into a folder of its own. */
export async function projectOf(example: string, options: { vsphere?: boolean } = {}): Promise<Project> {
  const folder = await temporaryFolder();
  const source = join(repository, "examples", example);
  for (const name of await readdir(source)) {
    if (name !== "node_modules" && !name.startsWith("Pulumi.test")) await cp(join(source, name), join(folder, name));
  }
  return projectIn(folder, options);
}

/** Makes a project of one JavaScript file, which starts sooner than TypeScript, in a folder of its own. */
export async function javascriptProject(
  name: string,
  source: string,
  options: { vsphere?: boolean } = {},
): Promise<Project> {
  const folder = await temporaryFolder();
  const runtime = "runtime:\n  name: nodejs\n  options: { typescript: false }\n";
  await writeFile(join(folder, "Pulumi.yaml"), `name: ${name}\nmain: index.js\n${runtime}`);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name, version: "0.0.1", main: "index.js" }));
  await writeFile(join(folder, "index.js"), source);
  return projectIn(folder, options);
}

/**
 * Makes a project of a folder that has a Pulumi.yaml: the package, the Pulumi SDK and (where `vsphere` is asked for)
 * @pulumi/vsphere come beside it. They are linked to the one copy that the repository has, as npm's hoisting makes it.
 */
export async function projectIn(folder: string, options: { vsphere?: boolean } = {}): Promise<Project> {
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, "@pulumi"), { recursive: true });
  await symlink(repository, join(modules, "pulumi-vsphere-affinity"));
  for (const name of ["@pulumi/pulumi", "typescript", "@types"]) {
    await symlink(join(repository, "node_modules", name), join(modules, name));
  }
  if (options.vsphere) {
    const sdk = join(dirname(await componentPath("vsphere-plugin")), "sdk-vsphere");
    await cp(sdk, join(modules, "@pulumi/vsphere"), {
      recursive: true,
      filter: (path) => !path.slice(sdk.length).startsWith("/node_modules"),
    });
  }
  const env = await pulumiEnvironment(folder);
  const pulumi = (...args: string[]) => run("pulumi", [...args, "--non-interactive"], folder, env);
  const configure = async (values: Record<string, string>) => {
    const pairs = Object.entries(values).flatMap(([key, value]) => [
      /password$/.test(key) ? "--secret" : "--plaintext",
      `${key}=${value}`,
    ]);
    const result = await pulumi("config", "set-all", "--path", ...pairs);
    if (result.code !== 0) throw new Error(`pulumi config set-all: ${result.text}`);
  };
  return { folder, pulumi, configure };
}

/** Exit code 0, or the whole of what was printed. */
export function ok(ran: Ran): Ran {
  assert.equal(ran.code, 0, ran.text);
  return ran;
}
