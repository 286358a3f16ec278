import type { MoveScoring } from "../device";
import { roomOf } from "../room";

/** A MoveScoring in the order in which the kernel reads it. */
export interface KernelInput {
  /** VMs, rounded up to whole SIMD quads: the ones added demand nothing. */
  readonly width: number;
  /** resources × slots. */
  readonly cells: number;
  /** [resource × slot][width] */
  readonly demand: Float32Array;
  /** [host][resource × slot] */
  readonly roomSafe: Float32Array;
  /** [host][resource × slot] */
  readonly roomCapacity: Float32Array;
}

/** Rows and columns are swapped in blocks of so many VMs, so that what is written stays in the processor's cache. */
const BLOCK = 64;

export function layOut(input: MoveScoring): KernelInput {
  const { vms } = input;
  const cells = input.resources * input.slots;
  const width = Math.ceil(vms / 4) * 4;
  const demand = new Float32Array(cells * width);
  for (let first = 0; first < vms; first += BLOCK) {
    const end = Math.min(vms, first + BLOCK);
    for (let cell = 0; cell < cells; cell++) {
      for (let vm = first; vm < end; vm++) demand[cell * width + vm] = input.demand[vm * cells + cell];
    }
  }
  const room = roomOf(input);
  return {
    width,
    cells,
    demand,
    roomSafe: new Float32Array(room.safe),
    roomCapacity: new Float32Array(room.capacity),
  };
}

/** The kernel's rows, [host][VM or padding], as [VM][host]. */
export function gather(rows: readonly Float32Array[], { vms, hosts }: MoveScoring): Float32Array {
  const scores = new Float32Array(vms * hosts);
  for (let first = 0; first < vms; first += BLOCK) {
    const end = Math.min(vms, first + BLOCK);
    for (let host = 0; host < hosts; host++) {
      const row = rows[host];
      for (let vm = first; vm < end; vm++) scores[vm * hosts + host] = row[vm];
    }
  }
  return scores;
}
