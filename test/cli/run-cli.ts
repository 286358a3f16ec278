import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";

/** The CLI of the build that this test belongs to, wherever it was built to. */
const MAIN = join(__dirname, "..", "..", "cli", "main.js");

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Sent as soon as standard error says this. */
  readonly interruptAt?: RegExp;
}

/** Runs the built CLI as a person's shell would; nothing of this machine's configuration reaches it. */
export function runCli(args: readonly string[], { cwd, environment, interruptAt }: CliOptions): Promise<CliResult> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VSPHERE_|INFLUX_|PULUMI_|NODE_OPTIONS$)/.test(name),
  );
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd,
      env: { ...Object.fromEntries(inherited), ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let interrupted = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      if (!interruptAt?.test(stderr) || interrupted) return;
      interrupted = true;
      child.kill("SIGINT");
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

const STACK = /^\s+at .*(:\d+:\d+|<anonymous>|node:internal)/m;

/** A user's mistake: exit code 1, nothing on standard output, the code and what to read in the text, no stack trace. */
export function assertUserError(result: CliResult, code: string, ...texts: (string | RegExp)[]): void {
  assert.equal(result.code, 1, result.stderr);
  assert.equal(result.stdout, "");
  assert.doesNotMatch(result.stderr, STACK);
  assert.match(result.stderr, new RegExp(`\\[${code}\\]`), result.stderr);
  for (const text of texts) {
    if (typeof text === "string")
      assert.ok(result.stderr.includes(text), `lacks ${JSON.stringify(text)}:\n${result.stderr}`);
    else assert.match(result.stderr, text);
  }
}
