import type { Search } from "./search";

/** Hosts from which swaps are tried: those that cost most. */
const HOTTEST = 3;
/** Pairs evaluated in full at most, per search: some seconds. */
const MAX_PAIRS = 1_000_000;

/**
 * The best exchange of two units between one of the hosts with the most excess demand and any other host; null where
 * none lowers the cost. Only units whose leaving would pay for the moves are tried.
 */
export function findSwap(search: Search): [number, number] | null {
  const { state, problem } = search;
  const hot = Array.from({ length: problem.hosts }, (_, h) => h)
    .filter((h) => state.excess[h] > 0)
    .sort((a, b) => state.excess[b] - state.excess[a] || a - b)
    .slice(0, HOTTEST);
  let best: [number, number] | null = null;
  let lowest = 0;
  const sorted = (host: number): number[] => [...state.unitsOn[host]].sort((a, b) => a - b);
  for (const a of hot) {
    for (const out of sorted(a)) {
      // What its host is relieved of is the most that an exchange can bring, with nothing coming back.
      const leave = search.costDelta(out, -1);
      for (let b = 0; b < problem.hosts; b++) {
        if (b === a || !problem.allowed[out * problem.hosts + b]) continue;
        const price = search.price(out, b) - search.price(out, a);
        if (leave + price >= lowest) continue;
        for (const back of sorted(b)) {
          if (!problem.allowed[back * problem.hosts + a]) continue;
          const more =
            search.carries(out, b) - search.carries(out, a) + search.carries(back, a) - search.carries(back, b);
          if (more > 0 && search.moves + more > search.maxMoves) continue;
          if (bringsMore(search, out, back) || ++search.swapsTried > MAX_PAIRS) continue;
          const delta = exchange(search, out, back, a, b);
          if (delta < lowest) [best, lowest] = [[out, back], delta];
        }
      }
    }
  }
  return best;
}

/** Whether the unit that comes back asks for as much as the one that leaves, so that the hot host gains nothing. */
function bringsMore(search: Search, out: number, back: number): boolean {
  const { demand, width } = search.problem;
  let change = 0;
  for (let i = 0; i < width; i++) change += demand[back * width + i] - demand[out * width + i];
  return change >= 0;
}

/** Change of the cost by the exchange; Infinity where it isn't allowed. Leaves the state as it was. */
function exchange(search: Search, out: number, back: number, a: number, b: number): number {
  let delta = search.delta(out, -1);
  search.move(out, -1);
  delta += search.delta(back, -1);
  search.move(back, -1);
  let possible = search.state.fits(out, b);
  if (possible) {
    delta += search.delta(out, b);
    search.move(out, b);
    possible = search.state.fits(back, a);
    if (possible) delta += search.delta(back, a);
    search.move(out, -1);
  }
  search.move(back, b);
  search.move(out, a);
  return possible ? delta : Infinity;
}
