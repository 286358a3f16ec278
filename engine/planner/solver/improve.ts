import { isCut, pause, type SearchControl, tellBest } from "./control";
import { drain } from "./drain";
import type { MoveTable } from "./move-table";
import { isPermitted, type Search } from "./search";
import { findSwap } from "./swap";

/** Rounds of settling, relocating and one swap: an end that is hardly ever met, since each step lowers the cost. */
const MAX_ROUNDS = 500;
/** Units looked at between two pauses: some milliseconds. */
const UNITS_A_PAUSE = 256;
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
  control: SearchControl = {},
): Promise<MoveTable | null> {
  let current: MoveTable | null = null;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    await pause(control);
    const settled = await settle(search, control);
    if (settled) current = null;
    tellBest(search, control);
    if (isCut(control)) return current;
    let descended = false;
    if (hasPlacedAnchors(search)) {
      current ??= await table();
      descended = await descend(search, current, control);
    }
    const swap = findSwap(search, control);
    if (swap) {
      exchange(search, swap);
      current = null;
    } else if (!isCut(control) && drained(search)) current = null;
    else if (!settled && !descended) return current;
    if (isCut(control)) return current;
  }
  return null;
}

/** Empties a host where that pays and makes nothing worse that ranks higher. */
function drained(search: Search): boolean {
  const before = Int32Array.from(search.state.hostOf);
  const costs = search.rankedCosts();
  if (!drain(search)) return false;
  if (isPermitted(search.rankedCosts().map((cost, i) => cost - costs[i]))) return true;
  search.restore(before);
  return false;
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
async function settle(search: Search, control: SearchControl): Promise<boolean> {
  const { state, problem } = search;
  let any = false;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    let moved = false;
    let looked = 0;
    for (let unit = 0; unit < problem.units.count; unit++) {
      const home = state.hostOf[unit];
      if (home < 0 || problem.units.anchor[unit] >= 0) continue;
      if (isCut(control)) return any;
      if (looked++ % UNITS_A_PAUSE === 0) await pause(control);
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
async function descend(search: Search, table: MoveTable, control: SearchControl): Promise<boolean> {
  let any = false;
  let cost = control.onBest ? search.cost() : 0;
  for (;;) {
    await pause(control);
    if (isCut(control)) return any;
    const best = bestRelocation(search, table);
    if (!best) return any;
    const home = search.state.hostOf[best.unit];
    cost += search.delta(best.unit, best.host);
    search.move(best.unit, best.host);
    table.moved([best.unit], [home, best.host]);
    tellBest(search, control, cost);
    any = true;
  }
}

/** The relocation within the moves allowed that gains most for each VM carried. */
function bestRelocation(search: Search, table: MoveTable): { unit: number; host: number } | null {
  const { state, problem } = search;
  let best: { unit: number; host: number } | null = null;
  let lowest = 0;
  for (let unit = 0; unit < problem.units.count; unit++) {
    const home = state.hostOf[unit];
    if (home < 0 || problem.units.anchor[unit] < 0) continue;
    const paid = search.price(unit, home);
    if (!table.mayBeBelow(unit, lowest + paid)) continue;
    for (let host = 0; host < problem.hosts; host++) {
      const raw = table.deltas[unit * problem.hosts + host];
      if (raw - paid >= lowest || host === home) continue;
      const moves = Math.max(1, search.carries(unit, host) - search.carries(unit, home));
      const delta = (raw + search.price(unit, host) - paid) / moves;
      if (delta >= lowest || !search.affords(unit, host) || !state.fits(unit, host)) continue;
      if (!search.permits(unit, host)) continue;
      lowest = delta;
      best = { unit, host };
    }
  }
  return best;
}
