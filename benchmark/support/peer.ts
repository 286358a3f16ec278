import { spawn } from "node:child_process";
import { join } from "node:path";

/** What a peer measured, or why it could not run: a benchmark then says so under `baseline`, and never makes it up. */
export type PeerResult = Record<string, unknown> | { readonly notRun: string };

/**
 * Runs `benchmark/peers/NAME.py` (packages: benchmark/peers/requirements.txt) beside the benchmark, with the Python of
 * `$AFFINITY_PEERS_PYTHON` or `python3`; the last line of its standard output is one JSON object.
 */
export async function runPeer(name: string, args: readonly string[]): Promise<PeerResult> {
  const script = join(__dirname, "..", "..", "..", "benchmark", "peers", `${name}.py`);
  const python = process.env.AFFINITY_PEERS_PYTHON ?? "python3";
  return new Promise((resolve) => {
    const child = spawn(python, [script, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => void (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => void (err += chunk.toString()));
    child.on("error", (error) => resolve({ notRun: error.message }));
    child.on("close", (code) => {
      const last = (text: string) => text.trim().split("\n").at(-1) ?? "";
      if (code !== 0) return resolve({ notRun: `${name}.py: ${last(err) || `exit ${code}`}` });
      try {
        resolve(JSON.parse(last(out)) as Record<string, unknown>);
      } catch {
        resolve({ notRun: `${name}.py did not end with a JSON object` });
      }
    });
  });
}
