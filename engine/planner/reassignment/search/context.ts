import type { FastRandom } from "../fast-random";
import type { ReassignmentProblem } from "../problem";
import type { State } from "../state/state";
import { Candidates } from "./candidates";
import { ItemRanking } from "./item-ranking";
import { itemCosts, itemSizes, lastingRoom } from "./item-sizes";
import { Trail } from "./trail";

/** Quantiles of the exponential distribution: a table is several times faster than a logarithm. */
const QUANTILES = 1024;
const EXPONENTIAL = Float64Array.from({ length: QUANTILES }, (_, k) => -Math.log((k + 0.5) / QUANTILES));

/** What all neighbourhoods of one search share. */
export class Context {
  /** 0: nothing that adds to the cost is kept. */
  temperature = 0;
  readonly problem: ReassignmentProblem;
  readonly trail: Trail;
  /** [item] */
  readonly sizes: Float64Array;
  /** [bin][resource] */
  readonly lastingRoom: Float64Array;
  readonly candidates: Candidates;
  readonly ranking: ItemRanking;

  constructor(
    readonly state: State,
    readonly random: FastRandom,
  ) {
    this.problem = state.problem;
    this.trail = new Trail(state);
    this.sizes = itemSizes(state.problem);
    this.lastingRoom = lastingRoom(state.problem);
    this.candidates = new Candidates(state, this.lastingRoom);
    this.ranking = new ItemRanking(this.candidates.movable, itemCosts(state.problem));
  }

  /** The costliest of `draws` bins drawn at random. */
  costlyBin(draws: number): number {
    const { state, random } = this;
    let bin = random.below(this.problem.bins);
    for (let k = 1; k < draws; k++) {
      const other = random.below(this.problem.bins);
      if (state.binCost[other] > state.binCost[bin]) bin = other;
    }
    return bin;
  }

  /** What a change may add to the cost: one that adds d is kept with probability exp(-d / temperature). */
  drawBound(): number {
    return this.temperature > 0 ? this.temperature * EXPONENTIAL[this.random.next() & (QUANTILES - 1)] : 0;
  }

  randomMode(item: number): number {
    const count = this.problem.modesOf[item];
    return count === 1 ? 0 : this.random.below(count);
  }
}

/**
 * A way to change an assignment. `attempt` tries some changes drawn at random that have much in common, each against a bound
 * of its own, and keeps the first that adds no more than that to the cost and breaks nothing hard; true if one was kept.
 */
export interface Neighbourhood {
  readonly name: string;
  attempt(): boolean;
}
