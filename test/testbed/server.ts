import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ended, killAtExit } from "./guardian";

export interface ServerOptions {
  name: string;
  /** Its log goes there, as NAME.log, and it runs there. */
  folder: string;
  /** Program and arguments to listen on a loopback port. */
  command: (port: number) => string[] | Promise<string[]>;
  /** Whether it really answers now; an error counts as no. */
  answers: (port: number) => Promise<boolean>;
  env?: Record<string, string>;
  /** Seconds until a server that doesn't answer is given up (60). */
  patience?: number;
}

export interface Server {
  port: number;
  pid: number;
  /** Everything that it wrote so far. */
  log(): Promise<string>;
  /** Ends it with SIGTERM, after five seconds with SIGKILL; resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts a server on a free loopback port and resolves when it answers.
 *
 * @throws Error that ends in the server's log, if it ends or doesn't answer in time
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  // Between finding a port free and its use another process may take it: then try another.
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const server = await launch(options, port);
    const failure = await untilItAnswers(server, options);
    if (!failure) return server;
    await server.stop();
    const log = await server.log();
    if (attempt < 3 && /address already in use/i.test(log)) continue;
    throw new Error(`${options.name} ${failure}; its log ends:\n${log.split("\n").slice(-40).join("\n")}`);
  }
}

/** A loopback port that nothing listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

interface Launched extends Server {
  child: ChildProcess;
}

async function launch(options: ServerOptions, port: number): Promise<Launched> {
  const [program, ...args] = await options.command(port);
  const logPath = join(options.folder, `${options.name}.log`);
  const logFile = openSync(logPath, "w");
  const child = spawn(program, args, {
    cwd: options.folder,
    stdio: ["ignore", logFile, logFile],
    env: { ...process.env, ...options.env },
    detached: true, // a process group of its own: Ctrl-C reaches the tests first, and one signal ends all of it
  });
  closeSync(logFile);
  await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  const pid = child.pid!;
  killAtExit(pid);
  const gone = new Promise<void>((resolve) =>
    child.once("exit", () => {
      ended(pid);
      resolve();
    }),
  );
  child.unref(); // one that a test forgot must not keep the tests' process from ending

  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    process.kill(-pid, "SIGTERM");
    const late = new AbortController();
    const kill = sleep(5000, undefined, { signal: late.signal }).then(
      () => process.kill(-pid, "SIGKILL"),
      () => undefined,
    );
    await gone;
    late.abort();
    await kill;
  };
  return { child, port, pid, stop, log: () => readFile(logPath, "utf8") };
}

async function untilItAnswers(server: Launched, options: ServerOptions): Promise<string | undefined> {
  const patience = options.patience ?? 60;
  const deadline = process.hrtime.bigint() + BigInt(patience) * 1_000_000_000n;
  while (process.hrtime.bigint() < deadline) {
    const { exitCode, signalCode } = server.child;
    if (exitCode !== null || signalCode !== null) return `ended by itself (${exitCode ?? signalCode})`;
    if (await options.answers(server.port).catch(() => false)) return undefined;
    await sleep(50);
  }
  return `didn't answer within ${patience} s`;
}
