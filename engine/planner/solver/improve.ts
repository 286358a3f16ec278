import type { MoveTable } from "./move-table";
import type { Search } from "./search";
import { findSwap } from "./swap";

/** Rounds of settling, relocating and one swap: an end that is hardly ever met, since each step lowers the cost. */
const MAX_ROUNDS = 500;
/** Passes over the units that are free to settle anywhere. */
const MAX_PASSES = 30;

/**
 * Lowers the cost until no relocation and no swap lowers it further. Units without a place of their own settle one
 * after the other; VMs that run already move by the steepest descent, so that a small budget goes to the best moves.
 * There is no chance in it: what it leaves, it leaves when it is run again. Gives its table where that is up to date.
 */
export async function improve(
  search: Search,
  table: () => Promise<MoveTable>,
  signal?: AbortSignal,
): Promise<MoveTable | null> {
  let current: MoveTable | null = null;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    signal?.throwIfAborted();
    const settled = settle(search, signal);
    if (settled) current = null;
    let descended = false;
    if (hasPlacedAnchors(search)) {
      current ??= await table();
      descended = descend(search, current, signal);
    }
    const swap = findSwap(search);
    if (swap) {
      exchange(search, swap);
      current = null;
    } else if (!settled && !descended) return current;
  }
  return null;
}

const hasPlacedAnchors = (search: Search): boolean =>
  search.problem.units.anchor.some((anchor, unit) => anchor >= 0 && search.state.hostOf[unit] >= 0);

function exchange(search: Search, [a, b]: readonly [number, number]): void {
  const [hostA, hostB] = [search.state.hostOf[a], search.state.hostOf[b]];
  search.move(a, -1);
  search.move(b, hostA);
  search.move(a, hostB);
}

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

/** Steepest descent over all relocations of what has an anchor. Gives whether anything moved. */
function descend(search: Search, table: MoveTable, signal?: AbortSignal): boolean {
  let any = false;
  for (;;) {
    signal?.throwIfAborted();
    const best = bestRelocation(search, table, true);
    if (best) relocate(search, table, best.unit, best.host);
    else if (!spendBetter(search, table)) return any;
    any = true;
  }
}

function relocate(search: Search, table: MoveTable, unit: number, host: number): void {
  const home = search.state.hostOf[unit];
  search.move(unit, host);
  table.moved([unit], [home, host]);
}

interface Relocation {
  readonly unit: number;
  readonly host: number;
  /** Change of the cost, with the price of moving. */
  readonly delta: number;
  /** VMs to carry beyond those carried so far, at least one. */
  readonly moves: number;
}

/** The relocation that gains most for each VM carried, among those within the moves allowed, or beyond them. */
function bestRelocation(search: Search, table: MoveTable, affordable: boolean): Relocation | null {
  const { state, problem } = search;
  let best: Relocation | null = null;
  let lowest = 0;
  for (let unit = 0; unit < problem.units.count; unit++) {
    const home = state.hostOf[unit];
    if (home < 0 || problem.units.anchor[unit] < 0) continue;
    const paid = search.price(unit, home);
    for (let host = 0; host < problem.hosts; host++) {
      const raw = table.deltas[unit * problem.hosts + host];
      if (raw - paid >= 0 || host === home) continue;
      const delta = raw + search.price(unit, host) - paid;
      const moves = Math.max(1, search.carries(unit, host) - search.carries(unit, home));
      if (delta >= lowest * moves || search.affords(unit, host) !== affordable || !state.fits(unit, host)) continue;
      lowest = delta / moves;
      best = { unit, host, delta, moves };
    }
  }
  return best;
}

/**
 * Once the moves are used up: takes the move that gains least back, where one that is out of reach gains more. Gives
 * whether it did. What stands in the plan is then what gains most, not what was found first.
 */
function spendBetter(search: Search, table: MoveTable): boolean {
  const { state, problem } = search;
  const wanted = bestRelocation(search, table, false);
  if (!wanted) return false;
  let least: { unit: number; loss: number } | null = null;
  for (let unit = 0; unit < problem.units.count; unit++) {
    const anchor = problem.units.anchor[unit];
    const home = state.hostOf[unit];
    if (unit === wanted.unit || anchor < 0 || home < 0 || home === anchor || search.carries(unit, home) === 0) continue;
    if (!state.fits(unit, anchor) || state.hardChange(unit, anchor) > 0) continue;
    const loss = search.delta(unit, anchor) / search.carries(unit, home);
    if (!least || loss < least.loss) least = { unit, loss };
  }
  if (!least || least.loss >= -wanted.delta / wanted.moves) return false;
  const home = state.hostOf[least.unit];
  const loss = search.delta(least.unit, problem.units.anchor[least.unit]);
  relocate(search, table, least.unit, problem.units.anchor[least.unit]);
  const possible = search.affords(wanted.unit, wanted.host) && state.fits(wanted.unit, wanted.host);
  if (possible && search.delta(wanted.unit, wanted.host) + loss < 0) {
    relocate(search, table, wanted.unit, wanted.host);
    return true;
  }
  relocate(search, table, least.unit, home);
  return false;
}
