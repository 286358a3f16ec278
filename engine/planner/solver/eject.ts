import type { Search } from "./search";

/** Pairs looked at for one unit: enough for every VM of a full cluster's hosts, and an end for hopeless cases. */
const MAX_TRIALS = 20_000;

/**
 * Makes room for `unit` on some host by sending one other unit from there elsewhere: the cheapest such pair of moves
 * within the moves allowed. Gives whether there was one.
 */
export function eject(search: Search, unit: number): boolean {
  const { state, problem } = search;
  const home = state.hostOf[unit];
  let best: { host: number; other: number; refuge: number; cost: number } | null = null;
  let trials = 0;
  for (let host = 0; host < problem.hosts && trials < MAX_TRIALS; host++) {
    if (host === home || !problem.allowed[unit * problem.hosts + host]) continue;
    for (const other of [...state.unitsOn[host]].sort((a, b) => a - b)) {
      if (other === unit || ++trials > MAX_TRIALS) break;
      const leave = search.delta(other, -1);
      search.move(other, -1);
      if (state.fits(unit, host) && search.affords(unit, host) && improvesHard(search, unit, host)) {
        const enter = search.delta(unit, host);
        search.move(unit, host);
        for (let refuge = 0; refuge < problem.hosts; refuge++) {
          if (refuge === host || !state.fits(other, refuge) || !search.affords(other, refuge)) continue;
          const cost = leave + enter + search.delta(other, refuge);
          if (!best || cost < best.cost) best = { host, other, refuge, cost };
        }
        search.move(unit, home);
      }
      search.move(other, host);
    }
  }
  if (!best) return false;
  search.move(best.other, -1);
  search.move(unit, best.host);
  search.move(best.other, best.refuge);
  return true;
}

/** A unit that has a host already gains something by leaving it. */
const improvesHard = (search: Search, unit: number, host: number): boolean =>
  search.state.hostOf[unit] < 0 || search.state.hardChange(unit, host) < 0;
