import type { FastRandom } from "../fast-random";
import type { ReassignmentProblem } from "../problem";
import type { State } from "../state/state";
import { Candidates } from "./candidates";
import { ItemRanking } from "./item-ranking";
import { itemCosts, itemSizes, lastingRoom } from "./item-sizes";
import { Trail } from "./trail";

/** What all neighbourhoods of one search share. */
export class Context {
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

  randomMode(item: number): number {
    const count = this.problem.modesOf[item];
    return count === 1 ? 0 : this.random.below(count);
  }
}

/**
 * A way to change an assignment. `attempt` tries one change drawn at random and keeps it if it adds at most `bound` to the
 * cost and breaks nothing hard; true if it was kept.
 */
export interface Neighbourhood {
  readonly name: string;
  attempt(bound: number): boolean;
}
