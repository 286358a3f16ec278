import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

let guardian: ChildProcess | undefined;

/**
 * Kills this process group when the tests' process ends, be it by a crash or
 * by SIGKILL, which no handler of its own could catch.
 */
export function killAtExit(processGroup: number): void {
  tell(`kill ${processGroup}`);
}

/** The process group has ended; its id may now be anybody's. */
export function ended(processGroup: number): void {
  tell(`ended ${processGroup}`);
}

/** Removes this folder when the tests' process ends. */
export function removeAtExit(folder: string): void {
  tell(`remove ${folder}`);
}

function tell(line: string): void {
  if (!guardian) {
    // A session of its own, so that Ctrl-C reaches the tests and not the one who cleans up after them.
    guardian = spawn(process.execPath, [join(__dirname, "guardian-process.js")], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    guardian.unref();
    (guardian.stdin as unknown as { unref(): void }).unref();
  }
  guardian.stdin!.write(`${line}\n`);
}
