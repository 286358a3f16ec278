/** Binary digits kept per counter before they are added to the totals: room for 255 worlds. */
const DIGITS = 8;

/** Counts, for each node, in how many worlds each of up to 1,024 bits was set. */
export interface Tally {
  /** Adds the words of `bits` from `at` on that `filled` names (a bit each) to the node's counters. */
  add(node: number, bits: Int32Array, at: number, filled: number): void;
  /** A world is over. */
  next(): void;
  /** Brings all that was counted into the totals. */
  flush(): void;
}

/**
 * Counters stand upright: digit d of 32 counters in one word, so a carry adds 32 bits at once in two steps on average,
 * whatever the number of bits set. `totals` is [bit][node].
 */
export function createTally(nodes: number, words: number, bits: number, totals: Uint32Array): Tally {
  const digits = new Int32Array(nodes * words * DIGITS);
  let worlds = 0;
  const flush = () => {
    worlds = 0;
    for (let node = 0; node < nodes; node++)
      for (let word = 0; word < words; word++) {
        const at = (node * words + word) * DIGITS;
        let any = 0;
        for (let d = 0; d < DIGITS; d++) any |= digits[at + d];
        for (; any !== 0; any &= any - 1) {
          const bit = 31 - Math.clz32(any & -any);
          let count = 0;
          for (let d = 0; d < DIGITS; d++) count |= ((digits[at + d] >>> bit) & 1) << d;
          const source = word * 32 + bit;
          if (source < bits) totals[source * nodes + node] += count;
        }
      }
    digits.fill(0);
  };
  return {
    add: (node, bitset, at, filled) => {
      for (let rest = filled; rest !== 0; rest &= rest - 1) {
        const word = 31 - Math.clz32(rest & -rest);
        let carry = bitset[at + word];
        for (let digit = (node * words + word) * DIGITS; carry !== 0; digit++) {
          const both = digits[digit] & carry;
          digits[digit] ^= carry;
          carry = both;
        }
      }
    },
    next: () => {
      if (++worlds === 2 ** DIGITS - 1) flush();
    },
    flush,
  };
}
