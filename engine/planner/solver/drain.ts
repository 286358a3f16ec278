import type { Search } from "./search";

/** Hosts tried: those with the fewest units. */
const MAX_HOSTS = 8;

/**
 * Empties a host where that pays as a whole though no single move of it does: each unit, the largest first, goes to the
 * host that is best for it then. Only hosts that an objective would see empty are tried. Gives whether one was emptied.
 */
export function drain(search: Search): boolean {
  const { state } = search;
  const wanted = new Set(search.objectives.flatMap((objective) => [...(objective.closable?.() ?? [])]));
  const hosts = [...wanted]
    .filter((host) => state.unitsOn[host].length > 0)
    .sort((a, b) => state.unitsOn[a].length - state.unitsOn[b].length || a - b)
    .slice(0, MAX_HOSTS);
  return hosts.some((host) => empty(search, host));
}

function empty(search: Search, host: number): boolean {
  const { state, problem } = search;
  const { sizes } = problem;
  const units = [...state.unitsOn[host]].sort((a, b) => sizes[b] - sizes[a] || a - b);
  const gone: number[] = [];
  let total = 0;
  for (const unit of units) {
    let best = -1;
    let lowest = Infinity;
    for (let to = 0; to < problem.hosts; to++) {
      if (to === host || !state.fits(unit, to) || !search.affords(unit, to)) continue;
      const delta = search.delta(unit, to);
      if (delta < lowest) [best, lowest] = [to, delta];
    }
    if (best < 0) break;
    total += lowest;
    search.move(unit, best);
    gone.push(unit);
  }
  if (gone.length === units.length && total < 0) return true;
  for (const unit of gone) search.move(unit, -1);
  for (const unit of gone) search.move(unit, host);
  return false;
}
