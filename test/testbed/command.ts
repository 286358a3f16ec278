import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { ended, killAtExit } from "./guardian";

/** Seconds between signs of life; the first comes after two seconds. */
const progressEvery = 20;

/**
 * Runs a long command with its output in a log file, saying on standard error
 * what goes on and for how long.
 *
 * @throws Error that ends in the log's last lines, if it fails
 */
export async function runLogged(
  purpose: string,
  [program, ...args]: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; log: string },
): Promise<void> {
  const logFile = openSync(options.log, "w");
  const began = process.hrtime.bigint();
  const seconds = (): number => Number((process.hrtime.bigint() - began) / 1_000_000_000n);
  const say = (what: string): void => void process.stderr.write(`${purpose}: ${what}\n`);
  let said = 0;
  const progress = setInterval(() => {
    if (seconds() < said * progressEvery + 2) return;
    say(said === 0 ? "takes minutes" : `${seconds()} s`);
    said++;
  }, 500);
  try {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", logFile, logFile],
      detached: true,
    });
    const code = await new Promise<number | string>((resolve, reject) => {
      child.once("spawn", () => killAtExit(child.pid!)).once("error", reject);
      child.once("exit", (code, signal) => {
        ended(child.pid!);
        resolve(code ?? signal ?? "unknown");
      });
    });
    if (code === 0 && said > 0) say(`done in ${seconds()} s`);
    if (code === 0) return;
    const lines = (await readFile(options.log, "utf8")).trimEnd().split("\n");
    throw new Error(`it ended with ${code}\n${lines.slice(-15).join("\n")}`);
  } finally {
    clearInterval(progress);
    closeSync(logFile);
  }
}
