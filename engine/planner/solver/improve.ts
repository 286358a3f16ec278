import type { MoveTable } from "./move-table";
import type { Search } from "./search";
import { findSwap } from "./swap";

/** Rounds of settling and relocating; each round ends because every step lowers the cost by a whole unit or more. */
const MAX_ROUNDS = 20;
/** Passes over the units that are free to settle anywhere. */
const MAX_PASSES = 30;

/**
 * Lowers the cost until no relocation and no swap lowers it further. Units without a place of their own settle one
 * after the other; VMs that run already move by the steepest descent, so that a small budget goes to the best moves.
 * There is no chance in it: what it leaves, it leaves when it is run again.
 */
export async function improve(search: Search, table: () => Promise<MoveTable>, signal?: AbortSignal): Promise<void> {
  let current: MoveTable | null = null;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    signal?.throwIfAborted();
    const settled = settle(search, signal);
    if (settled) current = null;
    if (!hasPlacedAnchors(search)) return;
    current ??= await table();
    if (!descend(search, current, signal) && !settled) return;
  }
}

const hasPlacedAnchors = (search: Search): boolean =>
  search.problem.units.anchor.some((anchor, unit) => anchor >= 0 && search.state.hostOf[unit] >= 0);

/** Each unit that has no anchor goes to its best host, until none wants to. Gives whether any went. */
function settle(search: Search, signal?: AbortSignal): boolean {
  const { state, problem } = search;
  let any = false;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    signal?.throwIfAborted();
    let moved = false;
    for (let unit = 0; unit < problem.units.count; unit++) {
      const home = state.hostOf[unit];
      if (home < 0 || problem.units.anchor[unit] >= 0) continue;
      let best = home;
      let gain = 0;
      for (let host = 0; host < problem.hosts; host++) {
        if (host === home || !state.fits(unit, host) || !search.affords(unit, host)) continue;
        const delta = search.delta(unit, host);
        if (delta < gain) [best, gain] = [host, delta];
      }
      if (best === home) continue;
      search.move(unit, best);
      moved = any = true;
    }
    if (!moved) break;
  }
  return any;
}

/** Steepest descent over all relocations, then swaps, until neither helps. Gives whether anything moved. */
function descend(search: Search, table: MoveTable, signal?: AbortSignal): boolean {
  let any = false;
  for (;;) {
    signal?.throwIfAborted();
    const best = bestRelocation(search, table);
    if (best) {
      relocate(search, table, best.unit, best.host);
      any = true;
      continue;
    }
    const swap = findSwap(search);
    if (!swap) return any;
    const [a, b] = swap;
    const [hostA, hostB] = [search.state.hostOf[a], search.state.hostOf[b]];
    search.move(a, -1);
    search.move(b, hostA);
    search.move(a, hostB);
    table.moved([a, b], [hostA, hostB]);
    any = true;
  }
}

function bestRelocation(search: Search, table: MoveTable): { unit: number; host: number } | null {
  const { state, problem } = search;
  let best: { unit: number; host: number } | null = null;
  let lowest = 0;
  for (let unit = 0; unit < problem.units.count; unit++) {
    const home = state.hostOf[unit];
    if (home < 0 || problem.units.anchor[unit] < 0) continue;
    const paid = search.price(unit, home);
    for (let host = 0; host < problem.hosts; host++) {
      const raw = table.deltas[unit * problem.hosts + host];
      if (raw - paid >= lowest || host === home) continue;
      const delta = raw + search.price(unit, host) - paid;
      if (delta >= lowest || !search.affords(unit, host) || !state.fits(unit, host)) continue;
      lowest = delta;
      best = { unit, host };
    }
  }
  return best;
}

function relocate(search: Search, table: MoveTable, unit: number, host: number): void {
  const home = search.state.hostOf[unit];
  search.move(unit, host);
  table.moved([unit], [home, host]);
}
