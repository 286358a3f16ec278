import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { AffinityError } from "../../engine/errors";
import { lazy } from "../lazy";
import { runProcess } from "../process";
import { type PulumiCli, withPulumi } from "../pulumi/find";
import { readEvents, resourceChanges } from "./events";
import { failureOf } from "./failure";
import { clearStaleLocks } from "./stack-lock";

const PASSPHRASE = "quickstart";

export interface StackOptions {
  readonly cli: PulumiCli;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The Pulumi program, a folder with a Pulumi.yaml; nothing is written there. */
  readonly program: string;
  readonly stack: string;
  /** State, Pulumi's home and the stack's configuration are kept here: no account, nothing outside. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Told what a person should know and that stops nothing. */
  readonly note: (text: string) => void;
}

export interface PolicyChoice {
  /** Folder of the policy pack. */
  readonly pack: string;
  /** Configuration by policy. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** A stack of a Pulumi program with a local backend of its own, run through the real CLI. */
export class LocalStack {
  private readonly configFile: string;
  private readonly policyConfigFile: string;
  private readonly project: string;

  constructor(private readonly options: StackOptions) {
    this.project = join(options.folder, "project");
    this.policyConfigFile = join(options.folder, "policies.json");
    this.configFile = join(this.project, `Pulumi.${options.stack}.yaml`);
  }

  /** The environment in which a person can go on with this stack. */
  get variables(): Record<string, string> {
    return {
      ...(this.options.cli.where === "PATH" ? {} : { PATH: `${this.options.cli.folder}${delimiter}$PATH` }),
      PULUMI_HOME: join(this.options.folder, "pulumi-home"),
      PULUMI_BACKEND_URL: `file://${join(this.options.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
    };
  }

  /** Makes the stack where it is not there yet, and sets its configuration; keys with their namespace. */
  async configure(config: Readonly<Record<string, unknown>>): Promise<void> {
    const { folder, program, stack, note } = this.options;
    for (const line of await clearStaleLocks(join(folder, "state"))) note(line);
    for (const part of ["project", "pulumi-home", "state"]) await mkdir(join(folder, part), { recursive: true });
    // `stack init` writes the salt of the passphrase beside the project file: here, not into the program's folder.
    await writeFile(join(this.project, "Pulumi.yaml"), await readFile(join(program, "Pulumi.yaml")));
    const { code } = await this.run(["stack", "select", stack], this.project);
    if (code !== 0 || !existsSync(this.configFile)) {
      const made = await this.run(["stack", "init", stack, "--secrets-provider", "passphrase"], this.project);
      if (made.code !== 0 && !/already exists/.test(made.stderr)) throw failureOf("pulumi stack init", made, []);
    }
    const { parse, stringify } = lazy.yaml();
    const kept = existsSync(this.configFile) ? (parse(await readFile(this.configFile, "utf8")) as object | null) : null;
    await writeFile(this.configFile, stringify({ ...kept, config }));
  }

  /**
   * `pulumi up --yes` with a policy pack.
   * @returns resources by what was done with them, such as `{ create: 2 }` or `{ same: 2 }`
   * @throws BlockedByPolicyError where a mandatory policy refused it; AffinityError PULUMI_FAILED with Pulumi's own words.
   */
  async up(policies: PolicyChoice, onLine: (line: string) => void): Promise<Record<string, number>> {
    const log = join(this.options.folder, "events.log");
    await rm(log, { force: true });
    await writeFile(this.policyConfigFile, JSON.stringify(policies.config, null, 2));
    const args = ["up", "--yes", ...this.arguments(policies), "--event-log", log];
    const result = await this.run(args, this.options.program, onLine);
    const events = await readEvents(log);
    if (result.code !== 0) throw failureOf("pulumi up", result, events);
    return resourceChanges(events);
  }

  async outputs(): Promise<Record<string, unknown>> {
    const result = await this.run(["stack", "output", "--json", "--stack", this.options.stack], this.options.program);
    if (result.code !== 0) throw failureOf("pulumi stack output", result, []);
    try {
      return JSON.parse(result.stdout) as Record<string, unknown>;
    } catch (cause) {
      throw new AffinityError({ code: "PULUMI_FAILED", message: "pulumi stack output gave no JSON", cause });
    }
  }

  /** What `pulumi preview` and `pulumi up` are told of this stack. */
  arguments({ pack }: PolicyChoice): string[] {
    const stack = ["--stack", this.options.stack, "--config-file", this.configFile];
    return [...stack, "--policy-pack", pack, "--policy-pack-config", this.policyConfigFile];
  }

  private async run(args: readonly string[], cwd: string, onLine?: (line: string) => void) {
    const { cli, environment, signal } = this.options;
    const { PATH } = withPulumi(cli, environment);
    const env = {
      // Settings of a person's own Pulumi would take this stack to another backend.
      ...Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("PULUMI_"))),
      ...this.variables,
      PATH,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      // As the Automation API does: the event log is behind it.
      PULUMI_DEBUG_COMMANDS: "true",
      NO_COLOR: "1",
    };
    const result = await runProcess("pulumi", [...args, "--non-interactive"], { cwd, env, signal, onLine });
    signal.throwIfAborted();
    return result;
  }
}
