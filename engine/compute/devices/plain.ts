import { checkMoveScoring } from "../checkMoveScoring";
import type { Device, MoveScoring } from "../device";
import { roomOf, scoreStaying } from "../room";
import { evaluateForestPlain } from "./plain-forest";

/** Typed-array loops in JavaScript: always there, nothing to load, and hard to beat on one cluster. */
export function openPlainDevice(): Device {
  return {
    name: "plain",
    scoreMoves: async (input) => {
      checkMoveScoring(input);
      return scoreMovesPlain(input);
    },
    evaluateForest: async (input) => evaluateForestPlain(input),
    dispose: async () => {},
  };
}

/** Rows of `slots` numbers with the least, the most and the sum of each. */
interface Rows {
  readonly values: Int32Array;
  readonly least: Int32Array;
  readonly most: Int32Array;
  readonly sum: Float64Array;
}

/**
 * Few (VM, host, resource) triples need a loop over slots: a demand that fits at every slot scores 0, one that fits at
 * none scores the difference of two sums. On a typical job this takes a third of the time of the full loop (benchmark
 * `devices`, typical against crowded).
 */
export function scoreMovesPlain(input: MoveScoring): Float32Array {
  const { vms, hosts, resources, slots } = input;
  const scores = new Float32Array(vms * hosts);
  if (slots === 0) return scores;
  const room = roomOf(input);
  const demand = rowsOf(new Int32Array(input.demand), slots);
  const safe = rowsOf(room.safe, slots);
  const capacity = rowsOf(room.capacity, slots);
  for (let vm = 0; vm < vms; vm++) {
    for (let host = 0; host < hosts; host++) {
      let score = 0;
      for (let resource = 0; resource < resources; resource++) {
        const row = vm * resources + resource;
        const limit = host * resources + resource;
        if (demand.most[row] <= capacity.least[limit]) {
          score += excess(demand, row, safe, limit, slots);
        } else if (demand.least[row] >= safe.most[limit]) {
          score += demand.sum[row] - safe.sum[limit] + 3 * excess(demand, row, capacity, limit, slots);
        } else {
          score += excessOfBoth(demand, row, safe, capacity, limit, slots);
        }
      }
      scores[vm * hosts + host] = score;
    }
  }
  scoreStaying(input, scores);
  return scores;
}

/*
 * Below, max(0, x) is x & ~(x >> 31): without a branch, since the processor can't guess which slots are over and pays
 * for each wrong guess. The numbers fit: checkMoveScoring keeps every sum below 2^24.
 */

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
    sum = (sum + (over & ~(over >> 31))) | 0;
  }
  return sum;
}

/** Sum over slots of max(0, demand - safe room) + 3 max(0, demand - room). */
function excessOfBoth(demand: Rows, row: number, safe: Rows, full: Rows, limit: number, slots: number): number {
  const d = demand.values;
  const s = safe.values;
  const f = full.values;
  const at = row * slots;
  const from = limit * slots;
  let overSafe = 0;
  let overFull = 0;
  for (let slot = 0; slot < slots; slot++) {
    const value = d[at + slot];
    const aboveSafe = (value - s[from + slot]) | 0;
    const aboveFull = (value - f[from + slot]) | 0;
    overSafe = (overSafe + (aboveSafe & ~(aboveSafe >> 31))) | 0;
    overFull = (overFull + (aboveFull & ~(aboveFull >> 31))) | 0;
  }
  return overSafe + 3 * overFull;
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
