import type { Device } from "./device";
import { evaluateForestReference } from "./reference/evaluateForest";
import { scoreMovesReference } from "./reference/scoreMoves";
import { extremeForest, typicalForest, type ForestSize } from "./sample-forests";
import { extremeJob, typicalJob, type JobSize } from "./samples";

/**
 * Shapes at which devices go wrong: single cells, widths around SIMD quads and workgroups, more cells than gpu.js
 * unrolls, enough scores for its worker threads, sizes that grow and shrink between calls of one compiled kernel.
 */
const SHAPES: readonly JobSize[] = [
  { vms: 1, hosts: 1, resources: 1, slots: 1 },
  { vms: 1, hosts: 5, resources: 2, slots: 24 },
  { vms: 63, hosts: 1, resources: 2, slots: 24 },
  { vms: 257, hosts: 17, resources: 2, slots: 24 },
  { vms: 9, hosts: 3, resources: 2, slots: 24 },
  { vms: 5, hosts: 2, resources: 3, slots: 400 },
];

/** The same for forests: a single leaf, rows around blocks of 31 and 32, more nodes than gpu.js loops over unasked. */
const FORESTS: readonly ForestSize[] = [
  { rows: 1, columns: 1, models: 1, trees: 1, leaves: 1 },
  { rows: 63, columns: 7, models: 2, trees: 5, leaves: 15 },
  { rows: 1500, columns: 9, models: 3, trees: 120, leaves: 31 },
  { rows: 31, columns: 4, models: 1, trees: 3, leaves: 4 },
];

/** Nothing when the device passed; otherwise what it got wrong, in a sentence without a full stop. */
export type SelfTestFailure = string | undefined;

/**
 * Runs the device on seeded inputs and compares every byte with the reference. The only proof that a device works:
 * gpu.js's `isGPUSupported` is true on machines without a GPU.
 *
 * @param signal stops between two shapes, with its reason
 */
export async function selfTest(device: Device, signal?: AbortSignal): Promise<SelfTestFailure> {
  for (const [index, shape] of SHAPES.entries()) {
    for (const make of [typicalJob, extremeJob]) {
      signal?.throwIfAborted();
      const input = make(shape, index + 1);
      const { vms, hosts, resources, slots } = shape;
      const failure = await compare(
        `${vms} VMs × ${hosts} hosts × ${resources} resources × ${slots} slots`,
        () => device.scoreMoves(input),
        scoreMovesReference(input),
        (at) => `VM ${Math.floor(at / hosts)} on host ${at % hosts} scores`,
      );
      if (failure) return failure;
    }
  }
  for (const [index, shape] of FORESTS.entries()) {
    for (const make of [typicalForest, extremeForest]) {
      signal?.throwIfAborted();
      const input = make(shape, index + 1);
      const failure = await compare(
        `${shape.rows} rows × ${shape.models * shape.trees} trees`,
        () => device.evaluateForest(input),
        evaluateForestReference(input),
        (at) => `row ${at % shape.rows} of model ${Math.floor(at / shape.rows)} is`,
      );
      if (failure) return failure;
    }
  }
  return undefined;
}

async function compare<Numbers extends Float32Array | Int32Array>(
  job: string,
  run: () => Promise<Numbers>,
  expected: Numbers,
  inWords: (at: number) => string,
): Promise<string | undefined> {
  let actual: Numbers;
  try {
    actual = await run();
  } catch (error) {
    return `failed on ${job}: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (actual.length !== expected.length)
    return `wrong on ${job}: ${actual.length} scores instead of ${expected.length}`;
  // Object.is, so that NaN and -0 count as different.
  const at = expected.findIndex((score, i) => !Object.is(score, actual[i]));
  return at < 0 ? undefined : `wrong on ${job}: ${inWords(at)} ${actual[at]} instead of ${expected[at]}`;
}
