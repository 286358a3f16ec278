import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

/**
 * `npm run bench -- NAME [args] [--json]` runs benchmark/NAME.ts. Progress goes to standard error; the last line on
 * standard output is one JSON object with the figures, the machine and the commit.
 */
interface Benchmark {
  run(args: string[]): Promise<Record<string, unknown>>;
}

function machine(): Record<string, unknown> {
  const list = cpus();
  return {
    cpu: list[0]?.model ?? "unknown",
    cores: list.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
}

function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8", cwd: __dirname }).trim();
    return (
      git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "--untracked-files=no") ? "+changes" : "")
    );
  } catch {
    return "unknown";
  }
}

async function main(): Promise<void> {
  const [name, ...args] = process.argv.slice(2);
  if (!name || !/^[a-z][a-z0-9-]*$/.test(name) || name === "main" || !existsSync(join(__dirname, `${name}.js`))) {
    process.stderr.write(`no benchmark is named "${name ?? ""}": see benchmark/*.ts\n`);
    process.exitCode = 1;
    return;
  }
  const benchmark = (await import(join(__dirname, `${name}.js`))) as Benchmark;
  const figures = await benchmark.run(args.filter((arg) => arg !== "--json"));
  process.stdout.write(`${JSON.stringify({ bench: name, ...figures, machine: machine(), commit: commit() })}\n`);
}

main().catch((error: unknown) => {
  const described = error as { describe?: () => string };
  process.stderr.write(`${described.describe?.() ?? (error instanceof Error ? error.stack : String(error))}\n`);
  process.exitCode = 1;
});
