import type { Search } from "./search";

/**
 * Takes back every move that isn't needed: where the VM could stay without breaking a hard constraint more, and the
 * cost, with the price of the move, would be no higher. Ends when taking any one move out makes the plan worse.
 * Gives whether any was taken back.
 */
export function trim(search: Search): boolean {
  const { state, problem } = search;
  let any = false;
  for (let changed = true; changed;) {
    changed = false;
    for (let unit = 0; unit < problem.units.count; unit++) {
      const anchor = problem.units.anchor[unit];
      const home = state.hostOf[unit];
      if (anchor < 0 || home < 0 || home === anchor || !canStay(search, unit, anchor)) continue;
      if (search.delta(unit, anchor) > 0 || !search.permits(unit, anchor)) continue;
      search.move(unit, anchor);
      changed = any = true;
    }
  }
  return any;
}

/** Whether the unit may be where it came from, as far as hard constraints and moves go. */
export const canStay = (search: Search, unit: number, anchor: number): boolean =>
  search.affords(unit, anchor) && search.state.fits(unit, anchor) && search.state.hardChange(unit, anchor) <= 0;
