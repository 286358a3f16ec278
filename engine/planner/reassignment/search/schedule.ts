import type { ReassignmentProblem } from "../problem";
import { itemCosts, itemSizes } from "./item-sizes";

/** What a walk goes by at one moment. */
export interface Pace {
  /** 0: it only descends. */
  readonly temperature: number;
  /** What departures are charged: see `departureCosts`. */
  readonly charge: number;
  /** Items that can cost less than this stay where they are. */
  readonly least: number;
}

/** From where a search goes on after a round: where it stands, the initial assignment, or the best of all. */
export type Next = "onward" | "restart" | "best";

/** Rounds of a search: equal parts of its budget. */
export const ROUNDS = 25;
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
/** Part of a scouting walk in which the costliest items go first. */
const COSTLY_FIRST = 0.5;
/** Part of the long walk that ends at the knee; what follows matters for small items and costs of moves. */
const BEFORE_KNEE = 0.8;

/**
 * How the budget of search number `search` is spent. Of the scouting walks every other one sets out hot and with the costliest
 * items alone, and lets others join as the temperature comes down to what they can cost: large items get their places while
 * the rest is at home and in nobody's way.
 */
export class Schedule {
  private readonly typical: number;
  private readonly most: number;
  /** Rounds of all scouting walks. */
  private readonly scouting: number;

  constructor(
    problem: ReassignmentProblem,
    private readonly search: number,
  ) {
    const costs = itemCosts(problem);
    this.typical = typicalCost(problem, costs);
    this.most = costs.reduce((a, b) => Math.max(a, b), this.typical);
    // Sizes are sums over resources of parts of all bins' capacity.
    const largest = itemSizes(problem).reduce((a, b) => Math.max(a, b), 0) * problem.bins;
    this.scouting = largest > LARGE * problem.resources ? SCOUTS * SCOUT_ROUNDS : 0;
  }

  /** Whether after so many rounds a scouting walk is under way: every search for itself. */
  isScouting(rounds: number): boolean {
    return rounds < this.scouting;
  }

  after(rounds: number): Next {
    if (rounds === this.scouting) return "best";
    return this.isScouting(rounds) && rounds % SCOUT_ROUNDS === 0 ? "restart" : "onward";
  }

  /** By the part of the budget that is used. */
  pace(progress: number): Pace {
    const { scouting } = this;
    const at = progress * ROUNDS;
    // The last round is cold.
    if (at >= ROUNDS - 1) return { temperature: 0, charge: 0, least: 0 };
    if (at >= scouting) return this.longWalk((at - scouting) / (ROUNDS - 1 - scouting));
    const walk = Math.floor(at / SCOUT_ROUNDS);
    return this.scout(at / SCOUT_ROUNDS - walk, (walk + this.search) % 2 === 0 && this.most > this.typical);
  }

  private scout(part: number, costlyFirst: boolean): Pace {
    const { typical, most } = this;
    const charge = 1 - part;
    const first = typical * FIRST;
    if (!costlyFirst) return { temperature: between(first, typical * KNEE, part), charge, least: 0 };
    const temperature =
      part < COSTLY_FIRST
        ? between(most * FIRST, first, part / COSTLY_FIRST)
        : between(first, typical * KNEE, (part - COSTLY_FIRST) / (1 - COSTLY_FIRST));
    return { temperature, charge, least: temperature };
  }

  private longWalk(part: number): Pace {
    const first = this.scouting > 0 ? FIRST_AFTER_SCOUTS : FIRST;
    const temperature =
      part < BEFORE_KNEE
        ? between(first, KNEE, part / BEFORE_KNEE)
        : between(KNEE, LAST, (part - BEFORE_KNEE) / (1 - BEFORE_KNEE));
    return { temperature: this.typical * temperature, charge: Math.max(0, 1 - part / BEFORE_KNEE), least: 0 };
  }
}

const between = (from: number, to: number, part: number): number => from * (to / from) ** Math.min(1, part);

/** Median over items of what an item can add to a bin's cost; where that is nothing, the mean cost of moving one. */
function typicalCost(problem: ReassignmentProblem, costs: Float64Array): number {
  const positive = costs.filter((cost) => cost > 0).sort();
  if (positive.length > 0) return positive[positive.length >> 1];
  let total = 0;
  for (const cost of problem.moveCost) total += cost;
  return problem.items > 0 ? total / problem.items : 0;
}
