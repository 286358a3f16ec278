import { join } from "node:path";
import { access } from "node:fs/promises";
import type { WorkloadKind } from "../../engine/models/interference";
import { readMaybePacked } from "../support/data";

/** One set of co-location measurements: jobs, and the share of its own speed that each keeps beside each other. */
export interface PairSet {
  readonly kinds: readonly WorkloadKind[];
  /** Steps per second alone. */
  readonly alone: readonly number[];
  /** [victim][other]; null where it wasn't measured. */
  readonly share: readonly (readonly (number | null)[])[];
}

type Throughputs = Record<string, Record<string, Record<string, number | readonly number[]>>>;

const FILES = ["simulation_throughputs.json", "simulation_throughputs.json.xz"];

/** The single-accelerator jobs of each set that was measured consolidated and alone. Null where the data are absent. */
export async function readPairSets(folder: string): Promise<Record<string, PairSet> | null> {
  const paths = FILES.map((file) => join(folder, "gavel-colocation", file));
  for (const path of paths) {
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (!there) continue;
    const file = JSON.parse((await readMaybePacked(path)).toString("utf8")) as Throughputs;
    const names = Object.keys(file).filter((name) => !name.endsWith("_unconsolidated"));
    return Object.fromEntries(names.sort().reverse().map((name) => [name, pairSet(file[name])])); // prettier-ignore
  }
  return null;
}

function pairSet(measured: Throughputs[string]): PairSet {
  const jobs = Object.keys(measured).filter((job) => job.endsWith(", 1)"));
  const alone = jobs.map((job) => Number(measured[job].null));
  return {
    kinds: jobs.map((job, i) => kindOf(job, alone[i])),
    alone,
    share: jobs.map((a, i) =>
      jobs.map((b) => {
        const both = measured[a][b];
        return Array.isArray(both) && alone[i] > 0 ? Number(both[0]) / alone[i] : null;
      }),
    ),
  };
}

/** `('ResNet-18 (batch size 64)', 1)`: what a job is, and the size that it runs at. */
function kindOf(job: string, alone: number): WorkloadKind {
  const [, family, batch] = /^\('(.*?)(?: \(batch size (\d+)\))?', 1\)$/.exec(job) ?? [null, job, undefined];
  return {
    name: job,
    family,
    size: batch === undefined ? null : Math.log2(Number(batch)),
    intensity: alone > 0 ? Math.log2(alone) : null,
  };
}
