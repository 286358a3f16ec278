import { execFile, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { packageRoot } from "../cli/package-info";
import { writeSyntheticCluster } from "../engine/synthetic";
import { folderBytes } from "./support/folder-size";
import { temporaryFolder } from "../test/testbed";

const execute = promisify(execFile);
/** The CLI of this build. */
const MAIN = join(dirname(__dirname), "cli", "main.js");
/** The quickstart's cluster. */
const CLUSTER = { hosts: 16, vms: 200, days: 14, stepMinutes: 5, seed: 1, end: Date.UTC(2026, 2, 2) / 1000 } as const;
const CHANGES = 2;

/**
 * Claim: `--help` answers in under 150 ms and `plan` on the quickstart's data in under 3 s; the package is small.
 * Method: each command is a process of its own, from its start to its end, run once unmeasured (the files are then in
 * the page cache) and `runs` times measured; the bare interpreter (`node -e 0`), which is a floor, the same way. The
 * package is what `npm pack` writes and what `npm install` of that file leaves in an empty folder (all files, apparent
 * size), so that only `--no-package` runs without a registry.
 * @param args `--runs N` (15), `--no-package`
 */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: { runs: { type: "string", default: "15" }, "no-package": { type: "boolean", default: false } },
  });
  const runs = Number(values.runs);
  const cwd = await temporaryFolder();
  const files = { inventoryPath: join(cwd, "inventory.json"), telemetryPath: join(cwd, "telemetry.duckdb") };
  await writeSyntheticCluster(CLUSTER, files);
  const plan = [MAIN, "plan", "--inventory", files.inventoryPath, "--telemetry", files.telemetryPath];
  const node = await measure(["-e", "0"], cwd, runs, 0);
  const help = await measure([MAIN, "--help"], cwd, runs, 0);
  const planned = await measure(plan, cwd, Math.ceil(runs / 2), CHANGES);
  const figures = {
    nodeMs: node.median,
    helpMs: help.median,
    helpWorstMs: help.worst,
    planMs: planned.median,
    planWorstMs: planned.worst,
  };
  return values["no-package"] ? figures : { ...figures, ...(await measurePackage(cwd)) };
}

async function measure(args: string[], cwd: string, runs: number, code: number) {
  const times: number[] = [];
  await elapsed(args, cwd, code);
  for (let i = 0; i < runs; i++) times.push(await elapsed(args, cwd, code));
  times.sort((a, b) => a - b);
  return { median: Math.round(times[times.length >> 1]), worst: Math.round(times[times.length - 1]) };
}

function elapsed(args: string[], cwd: string, code: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, { cwd, stdio: "ignore" });
    child.once("error", reject);
    child.once("exit", (left) => {
      if (left === code) resolve(performance.now() - start);
      else reject(new Error(`node ${args.join(" ")} left with ${left}, not ${code}`));
    });
  });
}

async function measurePackage(folder: string): Promise<Record<string, number>> {
  const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const { stdout } = await execute("npm", pack, { cwd: packageRoot() });
  const [{ filename, size, entryCount }] = JSON.parse(stdout) as [
    { filename: string; size: number; entryCount: number },
  ];
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "empty", version: "1.0.0", private: true }));
  const install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", join(folder, filename)];
  await execute("npm", install, { cwd: folder });
  const bytes = await folderBytes(join(folder, "node_modules"));
  return {
    packedKb: Math.round(size / 1024),
    packedFiles: entryCount,
    installedMb: Math.round(bytes / 2 ** 20),
  };
}
