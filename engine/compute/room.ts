import type { MoveScoring } from "./device";

/**
 * What is left on each host below its safe and its full capacity, never below zero: [host][resource][slot].
 *
 * With demand d, over(x + d) - over(x) is max(0, d - room) for each of the two limits, whatever x is: where the host
 * is over the limit already, all of d counts, and the load itself drops out. So the partial sums of a score never
 * exceed the score, which is what keeps 32-bit floats exact.
 */
export interface Room {
  readonly safe: Int32Array;
  readonly capacity: Int32Array;
}

export function roomOf({ hosts, resources, slots, load, safe, capacity }: MoveScoring): Room {
  const room = { safe: new Int32Array(load.length), capacity: new Int32Array(load.length) };
  for (let limit = 0; limit < hosts * resources; limit++) {
    for (let slot = 0; slot < slots; slot++) {
      const cell = limit * slots + slot;
      room.safe[cell] = Math.max(0, safe[limit] - load[cell]);
      room.capacity[cell] = Math.max(0, capacity[limit] - load[cell]);
    }
  }
  return room;
}

/**
 * Overwrites the one score per VM that counts the VM's own demand in the load already: where it runs now.
 * `scores` is [vm][host]. Done on the CPU for every device: 1/hosts of the work, and the kernel stays free of a branch.
 */
export function scoreStaying(input: MoveScoring, scores: Float32Array): void {
  const { vms, hosts, resources, slots, demand, load, safe, capacity, current } = input;
  for (let vm = 0; vm < vms; vm++) {
    const host = current[vm];
    if (host < 0) continue;
    let score = 0;
    for (let resource = 0; resource < resources; resource++) {
      const limit = host * resources + resource;
      for (let slot = 0; slot < slots; slot++) {
        const d = demand[(vm * resources + resource) * slots + slot];
        const others = load[limit * slots + slot] - d;
        score += Math.max(0, d - Math.max(0, safe[limit] - others));
        score += 3 * Math.max(0, d - Math.max(0, capacity[limit] - others));
      }
    }
    scores[vm * hosts + host] = score;
  }
}
