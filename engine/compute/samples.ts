import { createRandom } from "../random";
import type { MoveScoring } from "./device";
import type { ForestSize } from "./sample-forests";

/** The shape of a job: vms × hosts scores over resources × slots. */
export interface JobSize {
  readonly vms: number;
  readonly hosts: number;
  readonly resources: number;
  readonly slots: number;
}

/** Additions that a full loop over the job does, the measure by which jobs are compared; nodes that rows pass, of a forest. */
export function workOf(size: JobSize | ForestSize): number {
  if ("rows" in size) return size.rows * size.models * size.trees * (1 + Math.ceil(Math.log2(size.leaves)));
  const { vms, hosts, resources, slots } = size;
  return vms * hosts * resources * slots;
}

const CAPACITY = 10_000;
const SAFE = 8_000;

/**
 * A cluster as one meets it: hosts at 60 to 105 % of their safe capacity with a swing of a tenth over the slots, VMs of
 * unequal size whose demand swings by a third. For races; the same for the same seed.
 */
export function typicalJob(size: JobSize, seed: number): MoveScoring {
  const random = createRandom(seed, "moves").uniform;
  const cells = size.resources * size.slots;
  // So small that the largest score stays exact, however many slots there are.
  const largest = Math.max(1, Math.min(600, Math.floor(2 ** 20 / Math.max(1, cells))));
  return {
    ...size,
    demand: rows(size.vms * size.resources, size.slots, () => {
      const mean = largest * (0.05 + 0.7 * random() ** 3);
      return () => mean * (0.67 + 0.66 * random());
    }),
    load: rows(size.hosts * size.resources, size.slots, () => {
      const mean = SAFE * (0.6 + 0.45 * random());
      return () => mean * (0.95 + 0.1 * random());
    }),
    safe: new Float32Array(size.hosts * size.resources).fill(SAFE),
    capacity: new Float32Array(size.hosts * size.resources).fill(CAPACITY),
    current: places(size, random),
  };
}

/**
 * Anything the contract allows: hosts empty, full and over, limits in any order, demands from 0 up to where a score
 * nearly reaches 2^24. For the self-test; the same for the same seed.
 */
export function extremeJob(size: JobSize, seed: number): MoveScoring {
  const random = createRandom(seed, "moves").uniform;
  const cells = size.resources * size.slots;
  const largest = Math.floor((2 ** 24 - 1) / (4 * Math.max(1, cells)));
  const limits = () => rows(size.hosts * size.resources, 1, () => () => pick(random, 2 ** 24));
  return {
    ...size,
    demand: rows(size.vms * size.resources, size.slots, () => () => pick(random, largest + 1)),
    load: rows(size.hosts * size.resources, size.slots, () => () => pick(random, 2 ** 24)),
    safe: limits(),
    capacity: limits(),
    current: places(size, random),
  };
}

/** Zero, the largest below `end`, or one of any magnitude between. */
function pick(random: () => number, end: number): number {
  const choice = random();
  if (choice < 0.1) return 0;
  if (choice < 0.2) return end - 1;
  return Math.floor(end ** random()) % end;
}

function rows(count: number, slots: number, row: () => () => number): Float32Array {
  const values = new Float32Array(count * slots);
  for (let i = 0; i < count; i++) {
    const next = row();
    for (let slot = 0; slot < slots; slot++) values[i * slots + slot] = Math.floor(next());
  }
  return values;
}

function places({ vms, hosts }: JobSize, random: () => number): Int32Array {
  return Int32Array.from({ length: vms }, () => Math.floor(random() * (hosts + 1)) - 1);
}
