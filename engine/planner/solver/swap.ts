import { isCut, type SearchControl } from "./control";
import { isPermitted, type Search } from "./search";

/** Hosts from which swaps are tried, and units on each: those with the most to gain by leaving. */
const HOTTEST = 3;
const TRIED = 32;

/**
 * The best exchange of two units between one of the hosts that VMs should leave and any other host; null where none
 * lowers the cost. What is tried depends on the placement alone, not on how it came about: so a plan that was carried
 * out finds no other exchange than the search that made it.
 */
export function findSwap(search: Search, control: SearchControl = {}): [number, number] | null {
  const { state, problem } = search;
  // One that comes back and asks for as much as the one that leaves brings the hot host nothing.
  const { sizes } = problem;
  const burdened = new Set(search.objectives.flatMap((objective) => [...(objective.burdened?.() ?? [])]));
  const hot = [...burdened].map((host) => departing(search, host)).filter(({ units }) => units.length > 0);
  hot.sort((x, y) => x.units[0].leave - y.units[0].leave || x.host - y.host);
  let best: [number, number] | null = null;
  let lowest = 0;
  const sorted = state.unitsOn.map((units) => [...units].sort((x, y) => x - y));
  for (const { host: a, units } of hot.slice(0, HOTTEST)) {
    for (const { unit: out, leave } of units) {
      if (isCut(control)) return best;
      for (let b = 0; b < problem.hosts; b++) {
        if (b === a || !problem.allowed[out * problem.hosts + b]) continue;
        // What its host is relieved of is the most that an exchange can bring, with nothing coming back.
        const price = search.price(out, b) - search.price(out, a);
        if (leave + price >= lowest) continue;
        for (const back of sorted[b]) {
          if (!problem.allowed[back * problem.hosts + a]) continue;
          const more =
            search.carries(out, b) - search.carries(out, a) + search.carries(back, a) - search.carries(back, b);
          if (more > 0 && search.moves + more > search.maxMoves) continue;
          if (sizes[back] >= sizes[out] && !cheaperAsPairs(search, out, back, a, b)) continue;
          const delta = exchange(search, out, back, a, b);
          if (delta < lowest) [best, lowest] = [[out, back], delta];
        }
      }
    }
  }
  return best;
}

/** The units of a host whose leaving would lower the cost, those that lower it most first. */
function departing(search: Search, host: number): { host: number; units: { unit: number; leave: number }[] } {
  const units = search.state.unitsOn[host]
    .map((unit) => ({ unit, leave: search.costDelta(unit, -1) }))
    .filter(({ leave }) => leave < 0)
    .sort((x, y) => x.leave - y.leave || x.unit - y.unit);
  return { host, units: units.slice(0, TRIED) };
}

/** Whether the exchange gains by what depends on the pairs of unit and host alone. */
function cheaperAsPairs({ objectives }: Search, out: number, back: number, a: number, b: number): boolean {
  let change = 0;
  for (const objective of objectives) {
    if (objective.pairwise) change += objective.delta(out, a, b, 0, 0) + objective.delta(back, b, a, 0, 0);
  }
  return change < 0;
}

/** Change of the cost by the exchange; Infinity where it isn't allowed. Leaves the state as it was. */
function exchange(search: Search, out: number, back: number, a: number, b: number): number {
  // None yet, as many as are ranked.
  const changes = search.rankedChanges(out, a);
  let delta = 0;
  const step = (unit: number, to: number): void => {
    delta += search.delta(unit, to);
    search.rankedChanges(unit, to).forEach((change, i) => (changes[i] += change));
    search.move(unit, to);
  };
  step(out, -1);
  step(back, -1);
  let possible = search.state.fits(out, b);
  if (possible) {
    step(out, b);
    possible = search.state.fits(back, a);
    if (possible) {
      step(back, a);
      possible = isPermitted(changes);
      search.move(back, -1);
    }
    search.move(out, -1);
  }
  search.move(back, b);
  search.move(out, a);
  return possible ? delta : Infinity;
}
