import type { ReassignmentProblem } from "../problem";
import { itemCosts } from "./item-sizes";

/** What a walk goes by at one moment. */
export interface Pace {
  /** 0: it only descends. */
  readonly temperature: number;
  /** What departures are charged: see `departureCosts`. */
  readonly charge: number;
  /** Items that can cost less than this stay where they are. */
  readonly least: number;
}

/** Rounds of a search: equal parts of its budget. */
export const ROUNDS = 25;
/** Scouting walks, each from the initial assignment, before the long one, which goes on from the best of them. */
const SCOUTS = 3;
/** Rounds of one scouting walk. */
const SCOUT_ROUNDS = 2;

/** From where a search goes on after a round: where it stands, the initial assignment, or the best of all. */
export type Next = "onward" | "restart" | "best";

/** Whether after so many rounds a scouting walk is under way: every search for itself. */
export const isScouting = (rounds: number): boolean => rounds < SCOUTS * SCOUT_ROUNDS;

export function afterRound(rounds: number): Next {
  if (rounds === SCOUTS * SCOUT_ROUNDS) return "best";
  return isScouting(rounds) && rounds % SCOUT_ROUNDS === 0 ? "restart" : "onward";
}

/** Temperatures as parts of the typical cost of an item; measured, see ADR 8. */
const SCOUT_FIRST = 0.3;
const FIRST = 0.1;
const KNEE = 1e-3;
const LAST = 1e-5;
/** Part of a scouting walk in which the costliest items go first. */
const COSTLY_FIRST = 0.2;
/** Part of the long walk that ends at the knee; what follows matters for small items and costs of moves. */
const BEFORE_KNEE = 0.75;

/**
 * The pace of search number `search` by the part of its budget that is used. Of the scouting walks every other one sets out
 * hot and with the costliest items alone, and lets others join as the temperature comes down to what they can cost: large
 * items get their places while the rest is at home and in nobody's way.
 */
export function paceOf(problem: ReassignmentProblem, search: number): (progress: number) => Pace {
  const costs = itemCosts(problem);
  const typical = typicalCost(problem, costs);
  const most = costs.reduce((a, b) => Math.max(a, b), typical);
  const between = (from: number, to: number, part: number) => from * (to / from) ** Math.min(1, part);
  const scout = (part: number, costlyFirst: boolean): Pace => {
    const charge = 1 - part;
    if (!costlyFirst) return { temperature: typical * between(SCOUT_FIRST, KNEE, part), charge, least: 0 };
    const first = typical * SCOUT_FIRST;
    const temperature =
      part < COSTLY_FIRST
        ? between(most * SCOUT_FIRST, first, part / COSTLY_FIRST)
        : between(first, typical * KNEE, (part - COSTLY_FIRST) / (1 - COSTLY_FIRST));
    return { temperature, charge, least: temperature };
  };
  const scouting = SCOUTS * SCOUT_ROUNDS;
  return (progress) => {
    const at = progress * ROUNDS;
    if (at < scouting) {
      const walk = Math.floor(at / SCOUT_ROUNDS);
      return scout(at / SCOUT_ROUNDS - walk, (walk + search) % 2 === 0 && most > typical);
    }
    // The last round is cold.
    if (at >= ROUNDS - 1) return { temperature: 0, charge: 0, least: 0 };
    const part = (at - scouting) / (ROUNDS - 1 - scouting);
    const temperature =
      part < BEFORE_KNEE
        ? between(FIRST, KNEE, part / BEFORE_KNEE)
        : between(KNEE, LAST, (part - BEFORE_KNEE) / (1 - BEFORE_KNEE));
    return { temperature: typical * temperature, charge: Math.max(0, 1 - part / BEFORE_KNEE), least: 0 };
  };
}

/** Median over items of what an item can add to a bin's cost; where that is nothing, the mean cost of moving one. */
function typicalCost(problem: ReassignmentProblem, costs: Float64Array): number {
  const positive = costs.filter((cost) => cost > 0).sort();
  if (positive.length > 0) return positive[positive.length >> 1];
  let total = 0;
  for (const cost of problem.moveCost) total += cost;
  return problem.items > 0 ? total / problem.items : 0;
}
