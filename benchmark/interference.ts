import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { learnPairs } from "../engine/models/interference";
import { type PairSet, readPairSets } from "./interference/gavel";
import { dataFolder } from "./support/data";
import { runPeer } from "./support/peer";

/**
 * Claim: of 26 jobs, with half or four fifths of the pairs hidden both ways round, the share of its speed that a job
 * keeps beside another is foretold with a mean absolute error of at most .085 and .120.
 * Method: Gavel's measured throughputs (OSDI 2020), single-accelerator jobs; five masks of each kind, made by the peer's
 * script (numpy) and read by both. The model sees the visible pairs, the job's name (its family and batch size) and its
 * speed alone, and chooses its parameters on the visible pairs. Headline: the V100 set, which the claim's figures are of,
 * or the mean over all sets where the data have none; every set has its own figures under `sets`.
 */
type Masks = Record<string, Record<string, number[][][]>>;
type Errors = Record<string, { mae50: number; mae80: number }>;

const round = (value: number) => Math.round(value * 10000) / 10000;
const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;

export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({ args, options: { data: { type: "string" } } });
  const folder = await dataFolder(values.data);
  const sets = folder === null ? null : await readPairSets(folder);
  if (!sets) return { skipped: "gavel-colocation is not among the data" };
  const work = await mkdtemp(join(tmpdir(), "interference-"));
  try {
    await writeFile(join(work, "sets.json"), JSON.stringify(sets));
    const peer = await runPeer("interference", [join(work, "sets.json"), join(work, "masks.json")]);
    if ("notRun" in peer) return { skipped: `the masks could not be made: ${String(peer.notRun)}` };
    const masks = JSON.parse(await readFile(join(work, "masks.json"), "utf8")) as Masks;
    const theirs = peer.sets as Record<string, Record<"lightgbm" | "als", { mae50: number; mae80: number }>>;
    const ours: Errors = {};
    for (const [name, set] of Object.entries(sets)) {
      const started = performance.now();
      ours[name] = { mae50: errorOf(set, masks[name]["50"]), mae80: errorOf(set, masks[name]["80"]) };
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      process.stderr.write(
        `${name}: ${JSON.stringify(ours[name])} in ${seconds} s, beside ${JSON.stringify(theirs[name])}\n`,
      );
    }
    const of = (peerName: "lightgbm" | "als") =>
      Object.fromEntries(Object.entries(theirs).map(([name, errors]) => [name, errors[peerName]]));
    return {
      ...headline(ours),
      sets: ours,
      seeds: 5,
      baseline: { peer: "LightGBM on biases", ...headline(of("lightgbm")), sets: of("lightgbm") },
      als: { ...headline(of("als")), sets: of("als") },
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function headline(errors: Errors): { mae50: number; mae80: number } {
  const all = errors.v100 ? [errors.v100] : Object.values(errors);
  return { mae50: round(mean(all.map(({ mae50 }) => mae50))), mae80: round(mean(all.map(({ mae80 }) => mae80))) };
}

function errorOf({ kinds, share }: PairSet, masks: readonly number[][][]): number {
  return round(
    mean(
      masks.map((mask) => {
        const rows = share.flatMap((row, victim) =>
          row.flatMap((kept, kind) =>
            kept !== null && mask[victim][kind] === 1
              ? [{ victim, others: [{ kind, load: 1 }], lost: 1 - kept, precision: 1 }]
              : [],
          ),
        );
        const { lost } = learnPairs(kinds, rows);
        return mean(
          share.flatMap((row, a) =>
            row.flatMap((kept, b) =>
              kept !== null && mask[a][b] === 0 ? [Math.abs(1 - lost[a * kinds.length + b] - kept)] : [],
            ),
          ),
        );
      }),
    ),
  );
}
