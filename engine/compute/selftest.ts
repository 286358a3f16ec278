import type { Device } from "./device";
import { scoreMovesReference } from "./reference/scoreMoves";
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
      const expected = scoreMovesReference(input);
      let actual: Float32Array;
      try {
        actual = await device.scoreMoves(input);
      } catch (error) {
        return `failed on ${inWords(shape)}: ${error instanceof Error ? error.message : String(error)}`;
      }
      const difference = compare(actual, expected, shape);
      if (difference) return `wrong on ${inWords(shape)}: ${difference}`;
    }
  }
  return undefined;
}

function compare(actual: Float32Array, expected: Float32Array, { hosts }: JobSize): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} scores instead of ${expected.length}`;
  // Object.is, so that NaN and -0 count as different.
  const at = expected.findIndex((score, i) => !Object.is(score, actual[i]));
  if (at < 0) return undefined;
  return `VM ${Math.floor(at / hosts)} on host ${at % hosts} scores ${actual[at]} instead of ${expected[at]}`;
}

function inWords({ vms, hosts, resources, slots }: JobSize): string {
  return `${vms} VMs × ${hosts} hosts × ${resources} resources × ${slots} slots`;
}
