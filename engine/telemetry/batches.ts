/** Numbers held at once by a reader: 16 MB of doubles. */
const CELLS = 2_000_000;

/** Entities to read at once, so that `perEntity` numbers of each stay inside the reader's memory; at most `most`. */
export function entitiesPerBatch(perEntity: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(CELLS / perEntity)));
}

export function* batches<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let i = 0; i < items.length; i += size) yield items.slice(i, i + size);
}

/**
 * Without doubles, shorter names first: managed object ids come in the order of their numbers, in which they mostly lie
 * in the store too. Every reader streams in this order.
 */
export function sortedUnique(names: Iterable<string>): string[] {
  return [...new Set(names)].sort(byName);
}

export function byName(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
