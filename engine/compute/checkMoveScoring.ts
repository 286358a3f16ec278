import type { MoveScoring } from "./device";

/** Integers up to here are exact in 32-bit floats. */
export const EXACT_LIMIT = 2 ** 24;

/**
 * Holds an input to the contract of {@link MoveScoring}, without which devices would differ in the last bit and a
 * plan would depend on the machine. Every scoring runs it first.
 *
 * @throws TypeError for an array of the wrong length, RangeError for a number that isn't an integer in [0, 2^24), for
 * a current host that isn't there, and for a VM so large that a score could reach 2^24 (scale the units down).
 */
export function checkMoveScoring(input: MoveScoring): void {
  const { vms, hosts, resources, slots } = input;
  for (const [name, value] of Object.entries({ vms, hosts, resources, slots })) {
    if (!Number.isInteger(value) || value < 0) throw new RangeError(`${name} must be an integer from 0, not ${value}`);
  }
  checkNumbers("demand", input.demand, vms * resources * slots);
  checkNumbers("load", input.load, hosts * resources * slots);
  checkNumbers("safe", input.safe, hosts * resources);
  checkNumbers("capacity", input.capacity, hosts * resources);
  checkLength("current", input.current, vms);
  for (let vm = 0; vm < vms; vm++) {
    if (input.current[vm] < -1 || input.current[vm] >= hosts) {
      throw new RangeError(`current[${vm}] is ${input.current[vm]}, but there are ${hosts} hosts (-1 for none)`);
    }
  }
  if (hosts > 0) checkLargestScores(input);
}

function checkLength(name: string, array: ArrayLike<number>, length: number): void {
  if (array.length !== length) throw new TypeError(`${name} must hold ${length} numbers, not ${array.length}`);
}

function checkNumbers(name: string, array: Float32Array, length: number): void {
  checkLength(name, array, length);
  for (let i = 0; i < length; i++) {
    const value = array[i];
    // One comparison chain that also fails for NaN.
    if (!(value >= 0 && value < EXACT_LIMIT && Math.trunc(value) === value)) {
      throw new RangeError(`${name}[${i}] must be an integer in [0, 2^24), not ${value}`);
    }
  }
}

/** No score of a VM exceeds the one on a host that is, slot by slot, as full as the fullest. */
function checkLargestScores({ vms, hosts, resources, slots, demand, load, safe, capacity }: MoveScoring): void {
  const cells = resources * slots;
  const roomSafe = new Float64Array(cells).fill(Infinity);
  const roomCapacity = new Float64Array(cells).fill(Infinity);
  for (let host = 0; host < hosts; host++) {
    for (let cell = 0; cell < cells; cell++) {
      const limit = host * resources + Math.floor(cell / slots);
      const used = load[host * cells + cell];
      roomSafe[cell] = Math.min(roomSafe[cell], Math.max(0, safe[limit] - used));
      roomCapacity[cell] = Math.min(roomCapacity[cell], Math.max(0, capacity[limit] - used));
    }
  }
  for (let vm = 0; vm < vms; vm++) {
    let bound = 0;
    for (let cell = 0; cell < cells; cell++) {
      const d = demand[vm * cells + cell];
      bound += Math.max(0, d - roomSafe[cell]) + 3 * Math.max(0, d - roomCapacity[cell]);
    }
    if (bound >= EXACT_LIMIT) {
      throw new RangeError(`the demand of VM ${vm} is too large to be scored exactly: its score could reach ${bound}`);
    }
  }
}
