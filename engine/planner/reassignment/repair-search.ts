import { createRandom, type Random } from "../../random";
import type { ReassignmentProblem } from "./problem";
import { canTake, type Housing, sizeOf, tightest } from "./repair-housing";
import type { State } from "./state/state";

/** Pairs of an item and a bin that the search looks at, at most: about half a second. */
const MOST_LOOKS = 20_000_000;
/** Rounds without anything better after which there is likely nothing. */
const STALE_ROUNDS = 2_000;
/** Bins emptied in one round, and items taken out of them, at most. */
const RUINED_BINS = 2;
const RUINED_ITEMS = 8;

/**
 * Ruin and recreate (Schrimpf et al., J. Comput. Phys. 159, 2000) for what a greedy repair left: takes an item that has no bin,
 * or that moved, out, with its company and some that stand where it could be, and houses them again in another order. Keeps
 * what isn't worse: first items without a bin, then broken rules, then moves. Ends when nothing can be better (`leastMoves`).
 */
export function searchRepair(housing: Housing, leastMoves: number): void {
  const { state } = housing;
  const { problem } = state;
  const random = createRandom(1, "repair");
  let looks = 0;
  let worth = worthOf(state);
  let stale = 0;
  for (let round = 0; stale < STALE_ROUNDS && looks < MOST_LOOKS; round++, stale++) {
    if (worth.homeless === 0 && worth.broken === 0 && worth.moves <= leastMoves) return;
    const ruined = ruin(housing, random);
    if (ruined.length === 0) return;
    const before = ruined.map((item) => state.binOf[item]);
    for (const item of ruined) state.shift(item, -1, 0);
    const order = round % 2 === 0 ? random.shuffle(ruined) : bySize(housing, ruined, random);
    for (const item of order) {
      const bin = pick(housing, item, random);
      looks += problem.bins;
      if (bin >= 0) state.shift(item, bin, 0);
    }
    const now = worthOf(state);
    if (isWorse(now, worth)) {
      for (const item of ruined) state.shift(item, -1, 0);
      ruined.forEach((item, i) => state.shift(item, before[i], 0));
    } else {
      if (isWorse(worth, now)) stale = 0;
      worth = now;
    }
  }
}

interface Worth {
  readonly homeless: number;
  readonly broken: number;
  readonly moves: number;
}

const worthOf = (state: State): Worth => ({
  homeless: state.misplaced,
  broken: state.rules.hard,
  moves: state.moves.moved,
});

const isWorse = (a: Worth, b: Worth): boolean =>
  a.homeless !== b.homeless ? a.homeless > b.homeless : a.broken !== b.broken ? a.broken > b.broken : a.moves > b.moves;

const bySize = (housing: Housing, items: readonly number[], random: Random): number[] => {
  const keys = new Map(items.map((item) => [item, sizeOf(housing, item) * (0.7 + 0.6 * random.uniform())]));
  return [...items].sort((a, b) => keys.get(b)! - keys.get(a)! || a - b);
};

/** An item in trouble, those that its rules tie it to, and some of those on bins where it could be. */
function ruin({ state }: Housing, random: Random): number[] {
  const { problem, binOf } = state;
  const { counters, initial } = problem;
  const trouble: number[] = [];
  for (let item = 0; item < problem.items; item++) {
    if (binOf[item] < 0 || (initial[item] >= 0 && binOf[item] !== initial[item])) trouble.push(item);
  }
  const homeless = trouble.filter((item) => binOf[item] < 0);
  const from = homeless.length > 0 && random.integer(4) > 0 ? homeless : trouble;
  const first =
    from.length > 0
      ? random.pick(from)
      : counters.members.length > 0
        ? counters.members[random.integer(counters.members.length)]
        : -1;
  if (first < 0) return [];
  const chosen = new Set([first]);
  for (const c of countersAbout(problem, first)) {
    for (let m = counters.membersStart[c]; m < counters.membersStart[c + 1] && chosen.size < RUINED_ITEMS; m++) {
      if (random.integer(2) === 0) chosen.add(counters.members[m]);
    }
  }
  const bins = initial[first] >= 0 && random.integer(2) === 0 ? [initial[first]] : [];
  for (let tries = 0; bins.length < RUINED_BINS && tries < 20; tries++) {
    const bin = random.integer(problem.bins);
    if (state.isAllowed(first, bin)) bins.push(bin);
  }
  for (const bin of bins) {
    for (const item of random.shuffle(state.itemsOn[bin])) {
      if (chosen.size >= 2 * RUINED_ITEMS || random.integer(3) === 0) continue;
      chosen.add(item);
    }
  }
  return [...chosen];
}

/** Counters of the groups that the item is in, or that one of them needs or excludes, or is needed or excluded by. */
function countersAbout({ counters, pairRules }: ReassignmentProblem, item: number): Set<number> {
  const about = new Set<number>();
  for (let k = counters.ofItemStart[item]; k < counters.ofItemStart[item + 1]; k++) {
    const c = counters.ofItem[k];
    about.add(c);
    for (let rule = pairRules.asFromStart[c]; rule < pairRules.asFromStart[c + 1]; rule++) {
      about.add(pairRules.to[pairRules.asFrom[rule]]);
    }
    for (let rule = pairRules.asToStart[c]; rule < pairRules.asToStart[c + 1]; rule++) {
      about.add(pairRules.from[pairRules.asTo[rule]]);
    }
  }
  return about;
}

/** Home for most, else the tightest bin, or now and then any. */
function pick(housing: Housing, item: number, random: Random): number {
  const { bins, initial } = housing.state.problem;
  const home = initial[item];
  if (home >= 0 && random.integer(8) > 0 && canTake(housing, item, home)) return home;
  if (random.integer(3) === 0) {
    for (let tries = 0; tries < 8; tries++) {
      const bin = random.integer(bins);
      if (canTake(housing, item, bin)) return bin;
    }
  }
  return tightest(housing, item);
}
