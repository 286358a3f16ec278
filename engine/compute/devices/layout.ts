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

export function layOut(input: MoveScoring): KernelInput {
  const cells = input.resources * input.slots;
  const width = Math.ceil(input.vms / 4) * 4;
  const demand = new Float32Array(cells * width);
  for (let vm = 0; vm < input.vms; vm++) {
    for (let cell = 0; cell < cells; cell++) demand[cell * width + vm] = input.demand[vm * cells + cell];
  }
  const room = roomOf(input);
  return {
    width,
    cells,
    demand,
    roomSafe: Float32Array.from(room.safe),
    roomCapacity: Float32Array.from(room.capacity),
  };
}

/** The kernel's rows, [host][vm or padding], as [vm][host]. */
export function gather(rows: readonly Float32Array[], { vms, hosts }: MoveScoring): Float32Array {
  const scores = new Float32Array(vms * hosts);
  for (let host = 0; host < hosts; host++) {
    const row = rows[host];
    for (let vm = 0; vm < vms; vm++) scores[vm * hosts + host] = row[vm];
  }
  return scores;
}
