import { type SharedTotals, addToTotals } from "./totals";

/** Binary digits of a counter: room for 4,095 worlds before they are added to the totals. */
const DIGITS = 12;
/** Worlds that are counted together. */
export const WORLDS_A_TALLY = 8;

/** Counts, for each node, in how many worlds each source's bit was set. */
export interface Tally {
  /** Adds eight worlds: [world][node][word]. */
  add(worlds: readonly Int32Array[]): void;
  /** Whether eight more might not fit. */
  full(): boolean;
  /** Brings what was counted into the totals, the first bit into row `from`, and begins anew. */
  flush(from: number, totals: SharedTotals): void;
}

/**
 * Counters stand upright: digit d of 32 counters in one word. Eight worlds go through a tree of carry-save adders, seven
 * for 8 x 32 bits, and only what is carried beyond the third digit touches the others (Harley and Seal's counting of
 * bits, in H. S. Warren, "Hacker's Delight", 2nd ed., section 5-1).
 */
export function createTally(nodes: number, words: number): Tally {
  const digits = new Int32Array(nodes * words * DIGITS);
  let counted = 0;
  return {
    add: (worlds) => {
      addEight(worlds, digits, nodes * words);
      counted += WORLDS_A_TALLY;
    },
    full: () => counted + WORLDS_A_TALLY >= 2 ** DIGITS,
    flush: (from, totals) => {
      counted = 0;
      const count = upright(digits, nodes, words);
      addToTotals(totals, (counts, first, last) => {
        for (let source = Math.max(first, from), stop = Math.min(last, from + 32 * words); source < stop; source++)
          count(source - from, counts, source * nodes);
      });
      digits.fill(0);
    },
  };
}

function addEight([a, b, c, d, e, f, g, h]: readonly Int32Array[], digits: Int32Array, length: number): void {
  for (let i = 0; i < length; i++) {
    const [x0, x1, x2, x3] = [a[i], b[i], c[i], d[i]];
    const [x4, x5, x6, x7] = [e[i], f[i], g[i], h[i]];
    if ((x0 | x1 | x2 | x3 | x4 | x5 | x6 | x7) === 0) continue;
    const at = i * DIGITS;
    let ones = digits[at];
    let twos = digits[at + 1];
    let fours = digits[at + 2];
    let odd = ones ^ x0;
    let twosA = (ones & x0) | (odd & x1);
    ones = odd ^ x1;
    odd = ones ^ x2;
    let twosB = (ones & x2) | (odd & x3);
    ones = odd ^ x3;
    odd = twos ^ twosA;
    const foursA = (twos & twosA) | (odd & twosB);
    twos = odd ^ twosB;
    odd = ones ^ x4;
    twosA = (ones & x4) | (odd & x5);
    ones = odd ^ x5;
    odd = ones ^ x6;
    twosB = (ones & x6) | (odd & x7);
    ones = odd ^ x7;
    odd = twos ^ twosA;
    const foursB = (twos & twosA) | (odd & twosB);
    twos = odd ^ twosB;
    odd = fours ^ foursA;
    let carry = (fours & foursA) | (odd & foursB);
    fours = odd ^ foursB;
    digits[at] = ones;
    digits[at + 1] = twos;
    digits[at + 2] = fours;
    for (let digit = at + 3; carry !== 0; digit++) {
      const both = digits[digit] & carry;
      digits[digit] ^= carry;
      carry = both;
    }
  }
}

/** Reads one source's counters out into a row of totals. */
function upright(digits: Int32Array, nodes: number, words: number) {
  return (source: number, counts: Uint16Array, row: number) => {
    const bit = source & 31;
    for (let node = 0; node < nodes; node++) {
      const at = (node * words + (source >>> 5)) * DIGITS;
      let count = 0;
      for (let d = 0; d < DIGITS; d++) count |= ((digits[at + d] >>> bit) & 1) << d;
      counts[row + node] += count;
    }
  };
}
