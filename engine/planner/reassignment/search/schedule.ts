import { evaluate } from "../evaluate";
import { lowerBound } from "../lower-bound";
import type { ReassignmentProblem } from "../problem";
import { itemCosts, itemSizes } from "./item-sizes";

/** What a walk goes by at one moment. */
export interface Pace {
  /** 0: it only descends. */
  readonly temperature: number;
  /** What departures are charged: see `departureCosts`. */
  readonly charge: number;
  /** What moves are weighed with: see `MoveState.weight`. */
  readonly weight: number;
  /** Items that can cost less than this stay where they are. */
  readonly least: number;
}

/** From where a search goes on after a round: where it stands, the initial assignment, or the best of all. */
export type Next = "onward" | "restart" | "best";

/** Rounds of a search: equal parts of its budget. */
export const ROUNDS = 25;
/** Short walks of each search, a round each, that race the anchors. */
const PROBES = 2;
/** What a typical move is made to cost at least, in units of temperature; the probes of all searches take them in turn. */
const ANCHORS = [10, 0, 3, 1];
/** The most that is kept where loads are hard: stronger ones lead early and end worse. */
const MOST_WHERE_HARD = 1;
/** The anchor where loads are easy: a probe's cost is above the bound by no more than this part of the initial cost. */
const EASY_ANCHOR = 30;
const EASY = 1e-3;
/** Scouting walks of each search, each from the initial assignment, before the long one, which goes on from their best. */
const SCOUTS = 3;
/** Rounds of one scouting walk. */
const SCOUT_ROUNDS = 2;
/** Where the largest item takes more than this part of an average bin, how such items lie is worth scouting. */
const LARGE = 0.25;

/** Temperatures as parts of the typical cost of an item; measured, see ADR 8. */
const FIRST = 0.3;
const FIRST_AFTER_SCOUTS = 0.1;
const KNEE = 1e-3;
const LAST = 1e-5;
/** The last temperature as a part of the typical cost of a move, where moves cost anything. */
const LAST_BY_MOVES = 0.03;
/** Part of a scouting walk in which the costliest items go first. */
const COSTLY_FIRST = 0.5;
/** Part of the long walk that ends at the knee; what follows matters for small items and costs of moves. */
const BEFORE_KNEE = 0.8;

/**
 * How the budget of search number `search` of `searches` is spent.
 *
 * An anchored walk weighs moves so that items leave home only for what matters at its temperature. An item that left while it
 * was warm rarely finds home again; but where loads are hard to bring down, items must be free to leave. Which it is, short
 * walks from the initial assignment tell: where the best of them was anchored and all but reached the bound, the cost of moves
 * is what is left to gain and the anchor is strong; elsewhere it is weak, or none where the best was found without.
 *
 * Of the scouting walks every other one sets out hot and with the costliest items alone, and lets others join as the
 * temperature comes down to what they can cost: large items get their places while the rest is at home and in nobody's way.
 */
export class Schedule {
  private readonly typical: number;
  private readonly typicalMove: number;
  private readonly most: number;
  /** The round in which the long walk begins. */
  private readonly longWalkFrom: number;
  /** A cost that only easy loads come down to so soon. */
  private readonly easyCost: number;
  private anchor: number;
  private best = { violation: Infinity, cost: Infinity };

  constructor(
    problem: ReassignmentProblem,
    private readonly search: number,
    private readonly searches: number,
  ) {
    const costs = itemCosts(problem);
    this.typical = typicalCost(problem, costs);
    this.typicalMove = typicalMoveCost(problem);
    this.most = costs.reduce((a, b) => Math.max(a, b), this.typical);
    // Sizes are sums over resources of parts of all bins' capacity.
    const largest = itemSizes(problem).reduce((a, b) => Math.max(a, b), 0) * problem.bins;
    this.longWalkFrom = PROBES + (largest > LARGE * problem.resources ? SCOUTS * SCOUT_ROUNDS : 0);
    this.easyCost = lowerBound(problem) + EASY * evaluate(problem, problem.initial, problem.initialMode).cost;
    this.anchor = this.anchorOf(0, search);
  }

  /** Takes note of the best that all searches have found after a round, and of which of them found it. */
  observe(round: number, search: number, best: { readonly violation: number; readonly cost: number }): void {
    if (round > PROBES) return;
    const { violation, cost } = this.best;
    if (best.violation < violation || (best.violation === violation && best.cost < cost)) {
      this.best = { violation: best.violation, cost: best.cost };
      const easy = best.violation === 0 && best.cost <= this.easyCost;
      const won = this.anchorOf(round - 1, search);
      // However easy: where a probe without a strong anchor led, a strong one keeps at home what is in the way.
      this.anchor = easy && won > MOST_WHERE_HARD ? EASY_ANCHOR : Math.min(MOST_WHERE_HARD, won);
    }
  }

  /** Whether after so many rounds a probe or a scouting walk is under way: every search for itself. */
  isScouting(rounds: number): boolean {
    return rounds < this.longWalkFrom;
  }

  after(rounds: number): Next {
    if (rounds === this.longWalkFrom && rounds > PROBES) return "best";
    if (rounds <= PROBES) return "restart";
    return this.isScouting(rounds) && (rounds - PROBES) % SCOUT_ROUNDS === 0 ? "restart" : "onward";
  }

  /** By the part of the budget that is used. */
  pace(progress: number): Pace {
    const at = progress * ROUNDS;
    // The last round is cold.
    if (at >= ROUNDS - 1) return { temperature: 0, charge: 0, weight: 1, least: 0 };
    if (at < PROBES) return this.walk(at % 1, FIRST, this.anchorOf(Math.floor(at), this.search));
    const { longWalkFrom } = this;
    if (at >= longWalkFrom) {
      const first = longWalkFrom > PROBES ? FIRST_AFTER_SCOUTS : FIRST;
      return this.walk((at - longWalkFrom) / (ROUNDS - 1 - longWalkFrom), first, this.anchor);
    }
    const walk = Math.floor((at - PROBES) / SCOUT_ROUNDS);
    const part = (at - PROBES) / SCOUT_ROUNDS - walk;
    return this.scout(part, (walk + this.search) % 2 === 0 && this.most > this.typical);
  }

  private scout(part: number, costlyFirst: boolean): Pace {
    const { typical, most } = this;
    const [first, last] = [typical * FIRST, typical * KNEE];
    const warm = between(most * FIRST, first, part / COSTLY_FIRST);
    const cooling = between(first, last, (part - COSTLY_FIRST) / (1 - COSTLY_FIRST));
    const temperature = !costlyFirst ? between(first, last, part) : part < COSTLY_FIRST ? warm : cooling;
    return {
      temperature,
      charge: 1 - part,
      weight: this.weight(temperature, this.anchor),
      least: costlyFirst ? temperature : 0,
    };
  }

  private walk(part: number, from: number, anchor: number): Pace {
    const [first, knee] = [this.typical * from, this.typical * KNEE];
    const end = this.typicalMove > 0 ? this.typicalMove * LAST_BY_MOVES : this.typical * LAST;
    const temperature =
      part < BEFORE_KNEE
        ? between(first, knee, part / BEFORE_KNEE)
        : between(knee, Math.min(knee, end), (part - BEFORE_KNEE) / (1 - BEFORE_KNEE));
    const charge = Math.max(0, 1 - part / BEFORE_KNEE);
    return { temperature, charge, weight: this.weight(temperature, anchor), least: 0 };
  }

  private anchorOf(probe: number, search: number): number {
    return ANCHORS[(probe * this.searches + search) % ANCHORS.length];
  }

  private weight(temperature: number, anchor: number): number {
    return this.typicalMove > 0 ? Math.max(1, (anchor * temperature) / this.typicalMove) : 1;
  }
}

const between = (from: number, to: number, part: number): number => from * (to / from) ** Math.min(1, part);

/** Mean cost of a move, every item's to one bin. */
function typicalMoveCost(problem: ReassignmentProblem): number {
  const { items, bins, initial, moveCost, pairFrom, pairTo, pairToClasses, pairCost } = problem;
  let total = 0;
  let count = 0;
  for (let item = 0; item < items; item++) {
    const home = initial[item];
    if (home < 0) continue;
    // A prime step, so that bins of all kinds are met.
    total += moveCost[item] + pairCost[pairFrom[home] * pairToClasses + pairTo[(item * 7919) % bins]];
    count++;
  }
  return count > 0 ? total / count : 0;
}

/** Median over items of what an item can add to a bin's cost; where that is nothing, the mean cost of moving one. */
function typicalCost(problem: ReassignmentProblem, costs: Float64Array): number {
  const positive = costs.filter((cost) => cost > 0).sort();
  if (positive.length > 0) return positive[positive.length >> 1];
  let total = 0;
  for (const cost of problem.moveCost) total += cost;
  return problem.items > 0 ? total / problem.items : 0;
}
