import { isCut, type SearchControl } from "./control";
import { eject } from "./eject";
import type { Search } from "./search";

/**
 * Heals what the world has broken, as far as the moves allow: the move that lowers the violation of hard constraints
 * most comes first, the cheapest among equals; where nothing fits, another unit makes room. Gives whether anything moved.
 */
export function repair(search: Search, control: SearchControl = {}): boolean {
  const { state, problem } = search;
  const hopeless = new Set<number>();
  let any = false;
  for (;;) {
    control.signal?.throwIfAborted();
    if (isCut(control)) return any;
    let best: { unit: number; host: number; change: number; cost: number } | null = null;
    const strained: number[] = [];
    for (let unit = 0; unit < problem.units.count; unit++) {
      const home = state.hostOf[unit];
      if (home < 0 || state.strain(unit) <= 0) continue;
      strained.push(unit);
      for (let host = 0; host < problem.hosts; host++) {
        if (host === home || !state.fits(unit, host) || !search.affords(unit, host)) continue;
        const change = state.hardChange(unit, host);
        if (change >= 0 || (best && change > best.change)) continue;
        const cost = search.delta(unit, host);
        if (!best || change < best.change || cost < best.cost) best = { unit, host, change, cost };
      }
    }
    if (best) {
      search.move(best.unit, best.host);
      any = true;
      continue;
    }
    const stuck = strained.find((unit) => !hopeless.has(unit));
    if (stuck === undefined) return any;
    if (eject(search, stuck)) any = true;
    else hopeless.add(stuck);
  }
}
