import { construct } from "./construct";
import { isCut, type SearchControl } from "./control";
import { eject } from "./eject";
import { shuffle } from "./random";
import type { Search } from "./search";

const ROUNDS = 60;
/** With more units left over than this the room is too small, not badly used: few rounds, and few are tried singly. */
const MANY = 20;

/**
 * Finds room for units that the construction left over: first by ejecting one unit, then by taking a random part of
 * the new units off their hosts and placing all again, the left-over ones first. Keeps the best state.
 * Gives the units that are still without a host.
 */
export function makeRoom(
  search: Search,
  failed: readonly number[],
  random: () => number,
  rounds = ROUNDS,
  control: SearchControl = {},
): number[] {
  const { state } = search;
  const { units } = search.problem;
  let left = failed.filter((unit, i) => i >= MANY || !eject(search, unit));
  if (left.length === 0) return left;
  const free = Array.from({ length: units.count }, (_, unit) => unit).filter((unit) => units.anchor[unit] < 0);
  const most = left.length > MANY ? Math.min(3, rounds) : rounds;
  for (let round = 0; round < most && left.length > 0; round++) {
    control.signal?.throwIfAborted();
    if (isCut(control)) return left;
    const placed = free.filter((unit) => state.hostOf[unit] >= 0);
    if (placed.length === 0) return left;
    const before = Int32Array.from(state.hostOf);
    const share = 0.1 + 0.9 * random();
    const ruined = shuffle([...placed], random).slice(0, Math.max(1, Math.round(share * placed.length)));
    for (const unit of ruined) search.move(unit, -1);
    // The hosts that look best are what led here: every other round starts from where chance puts the left-over ones.
    const first = construct(search, round % 2 === 1 ? scatter(search, left, random) : left);
    const again = construct(search, ruined);
    const still = [...first, ...again].filter((unit, i) => i >= MANY || !eject(search, unit));
    if (still.length < left.length || (still.length === left.length && random() < 0.5)) {
      left = still;
      continue;
    }
    search.restore(before);
  }
  return left;
}

/** Puts each unit on a host that takes it, whichever; gives those that none takes. */
function scatter(search: Search, units: readonly number[], random: () => number): number[] {
  return units.filter((unit) => {
    const open = Array.from({ length: search.problem.hosts }, (_, host) => host).filter(
      (host) => search.state.fits(unit, host) && search.affords(unit, host),
    );
    if (open.length === 0) return true;
    search.move(unit, open[Math.floor(random() * open.length)]);
    return false;
  });
}
