import type { Problem } from "../problem/problem";
import { Search } from "../solver/search";

/** Above so many pairs of unit and host, trying all is hopeless. */
const MOST_PAIRS = 600;
/** Pairs looked at before it is given up: some tens of milliseconds. */
const MOST_LOOKS = 200_000;

/**
 * Whether every placement of all units has been tried within the moves, and none is one; false where that can't be told. The
 * unit with the fewest hosts left goes first, so that most of the tree is never seen. Only for a world that breaks nothing
 * so far: what is broken may stay so, which a check of an empty cluster doesn't know.
 */
export function isExhausted(problem: Problem, maxMoves: number): boolean {
  const { units, hosts, model } = problem;
  if (units.count * hosts > MOST_PAIRS) return false;
  const world = new Search(problem, Infinity);
  for (let unit = 0; unit < units.count; unit++) {
    const [v, ...rest] = units.vms[unit];
    const host = model.vms[v].current;
    if (rest.some((other) => model.vms[other].current !== host)) return false;
    if (host >= 0 && (!problem.allowed[unit * hosts + host] || !world.state.fits(unit, host))) return false;
    if (host >= 0) world.move(unit, host);
  }
  if (world.state.hard.some((check) => check.violation() > 0)) return false;
  const search = new Search(problem, maxMoves);
  let looks = MOST_LOOKS;
  /** Whether no placement follows from here. */
  const isDead = (): boolean => {
    let chosen = -1;
    let fewest: number[] = [];
    for (let unit = 0; unit < units.count; unit++) {
      if (search.state.hostOf[unit] >= 0) continue;
      const open: number[] = [];
      for (let host = 0; host < hosts; host++) {
        looks--;
        if (search.state.fits(unit, host) && search.affords(unit, host)) open.push(host);
      }
      if (chosen >= 0 && open.length >= fewest.length) continue;
      [chosen, fewest] = [unit, open];
      if (open.length === 0) return true;
    }
    if (chosen < 0) return false;
    for (const host of fewest) {
      if (looks <= 0) return false;
      search.move(chosen, host);
      const dead = isDead();
      search.move(chosen, -1);
      if (!dead) return false;
    }
    return true;
  };
  return isDead();
}
