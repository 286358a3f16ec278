import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { defragment } from "../engine/planner/numa";
import { dataFolder } from "./support/data";
import { judge } from "./vmr/judge";
import { readMapping } from "./vmr/read";

/**
 * Claim: on a real mapping of VMs to NUMA nodes, with a limit on moves and within five seconds, the free CPU in pieces
 * under 16 cores per node comes within 1 % of the proven optimum.
 * Method: `--data` is a file of VMR2L's form, `--mnl` the limit on moves; reading the file isn't timed. The moves are
 * judged by a replay on the file, one after the other, that shares no code with the solver (vmr/judge.ts): a VM needs
 * its CPU and memory free on its target nodes when its move starts. `--out` receives the moves as JSON.
 */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: "string" },
      mnl: { type: "string", default: "50" },
      seconds: { type: "string", default: "5" },
      seed: { type: "string", default: "1" },
      piece: { type: "string", default: "16" },
      out: { type: "string" },
    },
  });
  const [maxMoves, limit, seed, piece] = [values.mnl, values.seconds, values.seed, values.piece].map(Number);
  const folder = values.data === undefined ? await dataFolder() : null;
  const file = values.data ?? (folder && join(folder, "vmr2l", "reset_vm_pm0.json.xz"));
  if (!file) return { skipped: "no public data: set AFFINITY_DATA, or give --data FILE" };
  const cluster = await readMapping(file);
  const started = performance.now();
  // A little is kept for putting the moves in order.
  const deadline = started + limit * 1000 * 0.95;
  const result = defragment(cluster, { piece, maxMoves, seed, stop: () => performance.now() > deadline });
  const seconds = (performance.now() - started) / 1000;
  const moves = result.moves.map(({ vm, from, to, nodes }) => ({
    vm: cluster.vms[vm].id,
    from: cluster.hosts[from].id,
    to: cluster.hosts[to].id,
    nodes: [...nodes],
  }));
  const judged = await judge(file, moves, maxMoves, piece);
  for (const text of judged.violations.slice(0, 5)) process.stderr.write(`  ${text}\n`);
  if (values.out !== undefined) await writeFile(values.out, JSON.stringify(moves, null, 2));
  const round = (value: number) => Math.round(value * 10_000) / 10_000;
  return {
    fragmentRate: round(judged.fragmentRate),
    initial: round(judged.initial),
    moves: moves.length,
    seconds: round(seconds),
    seed,
    mnl: maxMoves,
    bound: round(result.free > 0 ? result.bound / result.free : 0),
    violations: judged.violations.length,
  };
}
