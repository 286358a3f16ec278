/** Locks over blocks of rows: so many that threads which add at the same time rarely meet. */
const LOCKS = 64;

/** What threads need to add to the same totals. */
export interface SharedTotals {
  readonly counts: SharedArrayBuffer;
  readonly locks: SharedArrayBuffer;
  readonly sources: number;
  readonly nodes: number;
}

export function createTotals(sources: number, nodes: number): SharedTotals {
  return {
    counts: new SharedArrayBuffer(Uint32Array.BYTES_PER_ELEMENT * sources * nodes),
    locks: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * LOCKS),
    sources,
    nodes,
  };
}

/** [source][node] worlds in which the node failed. */
export const countsIn = ({ counts }: SharedTotals) => new Uint32Array(counts);

/**
 * Adds to the totals, a block of rows at a time, each by one thread at once. Sums of integers: whoever comes first
 * doesn't matter.
 * @param add adds rows [from, to)
 */
export function addToTotals(totals: SharedTotals, add: (counts: Uint32Array, from: number, to: number) => void): void {
  const counts = countsIn(totals);
  const locks = new Int32Array(totals.locks);
  const rows = Math.max(1, Math.ceil(totals.sources / LOCKS));
  for (let lock = 0; lock * rows < totals.sources; lock++) {
    while (Atomics.compareExchange(locks, lock, 0, 1) !== 0) Atomics.wait(locks, lock, 1);
    try {
      add(counts, lock * rows, Math.min(totals.sources, (lock + 1) * rows));
    } finally {
      Atomics.store(locks, lock, 0);
      Atomics.notify(locks, lock, 1);
    }
  }
}
