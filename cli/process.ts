import { spawn } from "node:child_process";

export interface ProcessResult {
  /** Null if a signal ended it, or if it could not be started. */
  readonly code: number | null;
  /** The signal that ended it, where one did. */
  readonly signal?: NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
  /** Set where it could not be started. */
  readonly error?: Error;
}

export interface ProcessOptions {
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** Milliseconds. */
  readonly timeout?: number;
  /** Every line of both streams, as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program to its end. An abort interrupts it, as Ctrl-C would, and waits for it. */
export function runProcess(command: string, args: readonly string[], options: ProcessOptions): Promise<ProcessResult> {
  return new Promise((resolve) => {
    const output = { stdout: "", stderr: "" };
    // A group of its own: Ctrl-C would reach it twice otherwise, and Pulumi takes the second for "terminate at once".
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env as NodeJS.ProcessEnv,
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
      timeout: options.timeout,
    });
    const interrupt = () => void child.kill("SIGINT");
    const leave = () => void child.kill("SIGTERM");
    options.signal?.addEventListener("abort", interrupt, { once: true });
    process.once("exit", leave);
    for (const name of ["stdout", "stderr"] as const) {
      let rest = "";
      child[name].setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) options.onLine?.(line);
      });
    }
    const finish = (code: number | null, error?: Error, signal?: NodeJS.Signals) => {
      options.signal?.removeEventListener("abort", interrupt);
      process.removeListener("exit", leave);
      resolve({ code, ...output, error, signal });
    };
    child.once("error", (error) => finish(null, error));
    child.once("close", (code, signal) => finish(code, undefined, signal ?? undefined));
  });
}
