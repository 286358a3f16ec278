import type { Worlds } from "./simulate";

/** Locks over blocks of rows: so many that threads which add at the same time rarely meet. */
const LOCKS = 64;
/** So many worlds fit in a count of two bytes. */
export const WORLDS_A_COUNT = 2 ** 16 - 1;

/** [source][node] worlds in which the node failed: as short as so many worlds allow. */
export type Counts = Uint16Array<ArrayBufferLike> | Uint32Array<ArrayBufferLike>;

/**
 * What threads need to count into one matrix, at most {@link WORLDS_A_COUNT} worlds. Ten thousand sources by as many
 * nodes are 200 MB, and touching that much for the first time costs as much as a hundred worlds: so threads share one.
 */
export interface SharedTotals {
  readonly counts: SharedArrayBuffer;
  readonly locks: SharedArrayBuffer;
  readonly sources: number;
  readonly nodes: number;
}

export function createTotals(sources: number, nodes: number): SharedTotals {
  return {
    counts: new SharedArrayBuffer(Uint16Array.BYTES_PER_ELEMENT * sources * nodes),
    locks: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * LOCKS),
    sources,
    nodes,
  };
}

/** [source][node] worlds in which the node failed. */
export const countsIn = ({ counts }: SharedTotals) => new Uint16Array(counts);

/**
 * Adds to the totals, a block of rows at a time, each by one thread at once; blocks that another thread is at come later.
 * Sums of integers: whoever comes first doesn't matter.
 * @param add adds rows [from, to)
 */
export function addToTotals(totals: SharedTotals, add: (counts: Uint16Array, from: number, to: number) => void): void {
  const counts = countsIn(totals);
  const locks = new Int32Array(totals.locks);
  const rows = Math.max(1, Math.ceil(totals.sources / LOCKS));
  let left = Array.from({ length: Math.ceil(totals.sources / rows) }, (_, lock) => lock);
  while (left.length > 0) {
    const before = left;
    left = before.filter((lock) => {
      if (Atomics.compareExchange(locks, lock, 0, 1) !== 0) return true;
      try {
        add(counts, lock * rows, Math.min(totals.sources, (lock + 1) * rows));
      } finally {
        Atomics.store(locks, lock, 0);
        Atomics.notify(locks, lock, 1);
      }
      return false;
    });
    if (left.length === before.length) Atomics.wait(locks, left[0], 1);
  }
}

/** Parts of the worlds that fit in short counts. */
export function partsOf({ seed, from, to }: Worlds): Worlds[] {
  const parts = Math.max(1, Math.ceil((to - from) / WORLDS_A_COUNT));
  return Array.from({ length: parts }, (_, i) => {
    const start = from + i * WORLDS_A_COUNT;
    return { seed, from: start, to: Math.min(to, start + WORLDS_A_COUNT) };
  });
}

/** The parts' counts together: what was counted so far, if anything, and one more part. */
export function addPart(sum: Counts | null, part: Uint16Array): Counts {
  if (!sum) return part;
  const long = sum instanceof Uint32Array ? sum : Uint32Array.from(sum);
  for (let i = 0; i < part.length; i++) long[i] += part[i];
  return long;
}
