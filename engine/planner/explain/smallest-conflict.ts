/** Sets of items that can't all hold, as an oracle of subsets tells. */
export interface Conflict<T> {
  /** Irreducible: without any one of its items there is a way. */
  readonly conflict: T[];
  /** Whether it is proven that no set of fewer items conflicts. */
  readonly smallest: boolean;
}

/**
 * A conflict of few items. A deletion filter (Chinneck and Dravnieks, "Locating minimal infeasible constraint sets in
 * linear programs", ORSA J. Computing 3, 1991) makes it irreducible: each item is left out in turn, for good where that
 * doesn't help. Then it is proven the smallest, or a smaller one found, by hitting sets (Ignatiev et al., "Smallest MUS
 * extraction with minimal hitting set dualization", CP 2015): a conflict takes an item from the rest of every possible
 * set, so that one whose smallest hitting set conflicts can't be beaten.
 *
 * Both rest on `possible` alone, and on its being monotone: what holds together holds with less. A search that misses a
 * placement makes the conflict one of that search. The filter always ends; the proof stops after `trials` questions.
 */
export function smallestConflict<T>(
  items: readonly T[],
  possible: (subset: readonly T[]) => boolean,
  trials = Infinity,
): Conflict<T> {
  let kept = deletionFilter(items, possible);
  if (kept.length < 2) return { conflict: kept, smallest: true };
  let left = trials;
  const ask = (subset: readonly T[]): boolean => {
    left--;
    return possible(subset);
  };
  /** Of sets that are possible and can't take one item more: the items that are not in them. */
  const missing: T[][] = [];
  while (left > 0) {
    const least = smallestHittingSet(missing, kept.length - 1);
    if (least === null) return { conflict: kept, smallest: true };
    if (!ask(least)) {
      kept = deletionFilter(least, possible);
      return { conflict: kept, smallest: true };
    }
    const rest = withoutMost(items, least, ask, () => left > 0);
    // All at once after all: the oracle isn't monotone here, and proves nothing.
    if (rest.length === 0) break;
    missing.push(rest);
  }
  return { conflict: kept, smallest: false };
}

function deletionFilter<T>(items: readonly T[], possible: (subset: readonly T[]) => boolean): T[] {
  let kept = [...items];
  // Whole blocks first: most of a cluster's rules have nothing to do with the conflict.
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = kept.length; at > 0; at -= size) {
      const without = kept.filter((_, i) => i < at - size || i >= at);
      if (without.length < kept.length && !possible(without)) kept = without;
    }
  }
  return kept;
}

/** Grows a possible set as far as it goes, by blocks that are halved where they conflict; gives what is left over. */
function withoutMost<T>(
  items: readonly T[],
  core: readonly T[],
  possible: (subset: readonly T[]) => boolean,
  more: () => boolean,
): T[] {
  const grown = [...core];
  const left: T[] = [];
  const take = (block: readonly T[]): void => {
    if (block.length === 0) return;
    if (more() && possible([...grown, ...block])) grown.push(...block);
    else if (block.length === 1) left.push(block[0]);
    else {
      const half = Math.ceil(block.length / 2);
      take(block.slice(0, half));
      take(block.slice(half));
    }
  };
  take(items.filter((item) => !core.includes(item)));
  return left;
}

/** The fewest items, at most `most`, of which every set has one; null where it takes more. */
function smallestHittingSet<T>(sets: readonly (readonly T[])[], most: number): T[] | null {
  const extend = (chosen: readonly T[], depth: number): T[] | null => {
    const open = sets.filter((set) => !set.some((item) => chosen.includes(item)));
    if (open.length === 0) return [...chosen];
    if (depth === 0) return null;
    const narrowest = open.reduce((a, b) => (b.length < a.length ? b : a));
    for (const item of narrowest) {
      const found = extend([...chosen, item], depth - 1);
      if (found) return found;
    }
    return null;
  };
  for (let size = 0; size <= most; size++) {
    const found = extend([], size);
    if (found) return found;
  }
  return null;
}
