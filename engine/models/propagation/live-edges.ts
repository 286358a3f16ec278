import { EDGES_PER_RECORD, RECORD } from "./cascade-graph";

/**
 * Which edges transmit in which world. An edge's number is a hash of (seed, world, record), never a draw from a stream,
 * so a world is the same whatever order, thread or kernel asks, and an edge that no failure reaches costs nothing.
 * The hash is two rounds of multiply and xor-shift (constants of Chris Wellons' search, "lowbias32") with a 64-bit key
 * of the world mixed in before and between, so that no two worlds walk the same 32-bit sequence.
 */

const GOLDEN = 0x9e3779b9;

export function mix(value: number): number {
  let z = value ^ (value >>> 16);
  z = Math.imul(z, 0x21f0aaad);
  z ^= z >>> 15;
  z = Math.imul(z, 0x735a2d97);
  return z ^ (z >>> 15);
}

/** First and second half of a world's key. */
export const firstKey = (seed: number, world: number) =>
  mix(mix(Math.imul(seed, GOLDEN)) ^ Math.imul(world, 0x85ebca6b));
export const secondKey = (seed: number, world: number) => mix(mix(~seed) + Math.imul(world, 0xc2b2ae35));

/** The record's 32 random bits in this world: a byte for each of its edges. */
export function bitsOf(record: number, first: number, second: number): number {
  let z = Math.imul(record, GOLDEN) ^ first;
  z ^= z >>> 16;
  z = (Math.imul(z, 0x21f0aaad) + (record ^ second)) | 0;
  z ^= z >>> 15;
  z = Math.imul(z, 0x735a2d97);
  return z ^ (z >>> 15);
}

/** 24 more bits for one edge of the record whose byte was equal to its threshold's. */
export const tailOf = (bits: number, slot: number) => mix((bits + Math.imul(slot + 1, 0x3c6ef372)) | 0) >>> 8;

/**
 * The record's live edges in the world, a bit for each slot. Four comparisons at once: in lanes of 16 bits,
 * threshold + 256 - byte has bit 8 where byte <= threshold, and one less has it where byte < threshold.
 */
export function liveEdges(
  records: Int32Array,
  tails: Uint32Array,
  record: number,
  first: number,
  second: number,
): number {
  const thresholds = records[record * RECORD];
  const bits = bitsOf(record, first, second);
  const even = (((thresholds & 0x00ff00ff) | 0x01000100) - (bits & 0x00ff00ff)) | 0;
  const odd = ((((thresholds >>> 8) & 0x00ff00ff) | 0x01000100) - ((bits >>> 8) & 0x00ff00ff)) | 0;
  const notAbove = ((even & 0x01000100) >>> 8) | ((odd & 0x01000100) >>> 7);
  const below = (((even - 0x00010001) & 0x01000100) >>> 8) | (((odd - 0x00010001) & 0x01000100) >>> 7);
  const live = (below | (below >>> 14)) & 15;
  if (notAbove === below) return live;
  return live | settleTies(tails, record, bits, ((notAbove ^ below) | ((notAbove ^ below) >>> 14)) & 15);
}

function settleTies(tails: Uint32Array, record: number, bits: number, ties: number): number {
  let live = 0;
  for (let slot = 0; slot < EDGES_PER_RECORD; slot++)
    if ((ties >>> slot) & 1 && tailOf(bits, slot) < tails[record * EDGES_PER_RECORD + slot]) live |= 1 << slot;
  return live;
}
