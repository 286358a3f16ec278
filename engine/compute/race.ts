import type { Device } from "./device";
import { typicalForest, type ForestSize } from "./sample-forests";
import { typicalJob, workOf, type JobSize } from "./samples";

/** Milliseconds; transfers to the device and back are part of every run. */
export interface RaceResult {
  /** What was run. */
  readonly of: "scoring" | "evaluation";
  /** The first run, which compiles the kernel. */
  readonly firstMs: number;
  /** Median of the later runs, scaled up to the whole job where only a part was run. */
  readonly medianMs: number;
  readonly worstMs: number;
  readonly runs: number;
  /** The part of the job's VMs or rows that was run, 1 for all. */
  readonly part: number;
}

export interface RaceLimits {
  /** A larger job is cut down, by VMs or rows, to about this many additions. */
  readonly sampleWork: number;
  readonly maxRuns: number;
  /** No further run is begun after this many milliseconds. */
  readonly budgetMs: number;
}

/** About the work of the largest cluster: a smaller sample would blow up a device's fixed costs when scaled. */
export const RACE_LIMITS: RaceLimits = { sampleWork: 2 ** 25, maxRuns: 7, budgetMs: 400 };

/** Times the device on a typical job of the size, always the same job. */
export async function race(
  device: Device,
  size: JobSize | ForestSize,
  limits = RACE_LIMITS,
  signal?: AbortSignal,
): Promise<RaceResult> {
  const { of, part, run } = sampleOf(size, limits);
  const time = async () => {
    signal?.throwIfAborted();
    const start = performance.now();
    await run(device);
    return performance.now() - start;
  };
  const firstMs = await time();
  const later: number[] = [];
  let spent = 0;
  do {
    later.push(await time());
    spent += later.at(-1)!;
  } while (later.length < limits.maxRuns && spent < limits.budgetMs);
  later.sort((a, b) => a - b);
  return {
    of,
    firstMs,
    medianMs: later[Math.floor(later.length / 2)] / part,
    worstMs: later.at(-1)! / part,
    runs: later.length,
    part,
  };
}

/** A typical job of the size, cut down to what a race may cost. */
function sampleOf(size: JobSize | ForestSize, { sampleWork }: RaceLimits) {
  const cut = (count: number) =>
    Math.min(count, Math.max(1, Math.floor((count * sampleWork) / Math.max(1, workOf(size)))));
  const share = (some: number, all: number) => (all > 0 ? some / all : 1);
  if ("rows" in size) {
    const rows = cut(size.rows);
    const job = typicalForest({ ...size, rows }, 1);
    const run = (device: Device): Promise<unknown> => device.evaluateForest(job);
    return { of: "evaluation" as const, part: share(rows, size.rows), run };
  }
  const vms = cut(size.vms);
  const job = typicalJob({ ...size, vms }, 1);
  const run = (device: Device): Promise<unknown> => device.scoreMoves(job);
  return { of: "scoring" as const, part: share(vms, size.vms), run };
}
