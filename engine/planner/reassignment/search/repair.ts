import type { Search } from "./search";
import { culprits, violationOf } from "./violation";

/** Rounds over all culprits without any gain, after which repair gives up. */
const PATIENCE = 12;

/**
 * Moves items until nothing hard is broken. An item goes where it fits at the least cost; else smaller ones make room for it.
 * Only what mends is kept, or what makes nothing worse once mending has stalled. What it can't repair, it leaves.
 */
export function repair(search: Search, stopped: () => boolean): void {
  const { state, context, eject } = search;
  const { random, sizes, trail } = context;
  for (let idle = 0; idle < PATIENCE && !stopped(); idle++) {
    const broken = culprits(state);
    if (broken.length === 0) break;
    const order = broken.map((item) => ({ item, key: sizes[item] * (0.5 + random.open()) }));
    order.sort((a, b) => b.key - a.key || a.item - b.item);
    const before = violationOf(state);
    for (const { item } of order) {
      const violation = violationOf(state);
      if (violation === 0 || stopped()) break;
      const placed = eject.relocate(item, true, Infinity);
      const after = violationOf(state);
      if (placed && (after < violation || (idle > 0 && after === violation))) trail.keep();
      else trail.undo();
    }
    if (violationOf(state) < before) idle = -1;
  }
  search.keepBest();
}
