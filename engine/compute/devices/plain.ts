import { checkMoveScoring } from "../checkMoveScoring";
import type { Device, MoveScoring } from "../device";
import { roomOf, scoreStaying } from "../room";

/** Smallest, largest and sum of each row of `slots` numbers. */
interface Rows {
  readonly values: Int32Array;
  readonly least: Int32Array;
  readonly most: Int32Array;
  readonly sum: Float64Array;
}

/** A typed-array loop in JavaScript: always there, nothing to load, and hard to beat on one cluster. */
export function openPlainDevice(): Device {
  return {
    name: "plain",
    scoreMoves: async (input) => {
      checkMoveScoring(input);
      return scoreMovesPlain(input);
    },
    dispose: async () => {},
  };
}

/**
 * Most (VM, host, resource) triples need no loop over slots: a VM that always fits costs nothing, one that never fits
 * at any slot costs the difference of two sums. Only the rest is summed slot by slot.
 */
export function scoreMovesPlain(input: MoveScoring): Float32Array {
  const { vms, hosts, resources, slots } = input;
  const scores = new Float32Array(vms * hosts);
  if (slots === 0) return scores;
  const room = roomOf(input);
  const demand = rowsOf(Int32Array.from(input.demand), slots);
  const safe = rowsOf(room.safe, slots);
  const capacity = rowsOf(room.capacity, slots);
  for (let vm = 0; vm < vms; vm++) {
    for (let host = 0; host < hosts; host++) {
      let score = 0;
      for (let resource = 0; resource < resources; resource++) {
        const row = vm * resources + resource;
        const limit = host * resources + resource;
        score += excess(demand, row, safe, limit, slots) + 3 * excess(demand, row, capacity, limit, slots);
      }
      scores[vm * hosts + host] = score;
    }
  }
  scoreStaying(input, scores);
  return scores;
}

/** Sum over slots of max(0, demand - room). */
function excess(demand: Rows, row: number, room: Rows, limit: number, slots: number): number {
  if (demand.most[row] <= room.least[limit]) return 0;
  if (demand.least[row] >= room.most[limit]) return demand.sum[row] - room.sum[limit];
  const d = demand.values;
  const r = room.values;
  const at = row * slots;
  const from = limit * slots;
  let sum = 0;
  for (let slot = 0; slot < slots; slot++) {
    const over = (d[at + slot] - r[from + slot]) | 0;
    // max(0, over) without a branch: the processor can't guess which slots are over, and pays for each wrong guess.
    sum = (sum + (over & ~(over >> 31))) | 0;
  }
  return sum;
}

function rowsOf(values: Int32Array, slots: number): Rows {
  const rows = values.length / slots;
  const result = { values, least: new Int32Array(rows), most: new Int32Array(rows), sum: new Float64Array(rows) };
  for (let row = 0; row < rows; row++) {
    let least = values[row * slots];
    let most = least;
    let sum = 0;
    for (let slot = 0; slot < slots; slot++) {
      const value = values[row * slots + slot];
      if (value < least) least = value;
      if (value > most) most = value;
      sum += value;
    }
    result.least[row] = least;
    result.most[row] = most;
    result.sum[row] = sum;
  }
  return result;
}
