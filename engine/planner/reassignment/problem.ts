/**
 * The one form of a reassignment problem, as typed arrays: what the solver works on. Made by `buildProblem`, which checks.
 *
 * An assignment gives each item a bin and a mode (its vector of demands there). Cost is the sum of
 *
 * - per bin: excess over safety capacities, balance, fragments of free capacity, use;
 * - per item: preference for its bin;
 * - moves: per item, per pair of bins, and the most moves of any move group;
 * - soft rules, per unit of violation.
 *
 * Hard are: an item has a bin, one that it is allowed on; capacities, where an item that left its initial bin still counts
 * there in transient resources; hard rules; the number of moves. Sums of demands and capacities are exact (whole numbers in
 * f64); so is the cost where all weights are whole numbers.
 *
 * A rule is kept by counters: how many members of a group stand in each cell of a partition.
 */
export interface ReassignmentProblem {
  readonly items: number;
  readonly bins: number;
  readonly resources: number;
  readonly modes: number;
  /** [item][mode][resource] */
  readonly demand: Float64Array;
  /** [item] */
  readonly modesOf: Uint8Array;
  /** [item], -1: none. */
  readonly initial: Int32Array;
  /** [item] */
  readonly initialMode: Uint8Array;
  readonly modeChangeIsMove: boolean;
  /** [bin][resource] */
  readonly capacity: Float64Array;
  /** [bin][resource] */
  readonly safety: Float64Array;
  /** [resource] */
  readonly excessWeight: Float64Array;
  /** [resource] 1: counted on the initial bin too once the item has left. */
  readonly transient: Uint8Array;
  /** [item] row of `allowed`; -1: every bin. */
  readonly allowedRow: Int32Array;
  /** [row][bin] 1: allowed. Closed bins are 0 in every row. */
  readonly allowed: Uint8Array;
  /** [item] row of `preference`; -1: none. */
  readonly preferenceRow: Int32Array;
  /** [row][bin] cost. */
  readonly preference: Float64Array;
  /** [bin] */
  readonly useCost: Float64Array;
  readonly balances: Balances;
  readonly fragments: Fragments;
  /** How many partitions; the first is always that of every bin by itself. */
  readonly partitions: number;
  /** [partition][bin] */
  readonly cellOf: Int32Array;
  /** [partition] */
  readonly cells: Int32Array;
  readonly counters: Counters;
  readonly pairRules: PairRules;
  /** [item] */
  readonly moveCost: Float64Array;
  /** [item], -1: none. */
  readonly moveGroup: Int32Array;
  readonly moveGroups: number;
  readonly groupMoveWeight: number;
  /** [bin] */
  readonly pairFrom: Int32Array;
  /** [bin] */
  readonly pairTo: Int32Array;
  readonly pairToClasses: number;
  /** [class of the old bin][class of the new bin] */
  readonly pairCost: Float64Array;
  /** Infinity: unlimited. */
  readonly maxMoves: number;
}

export interface Balances {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly target: Float64Array;
  readonly weight: Float64Array;
}

export interface Fragments {
  readonly resource: Int32Array;
  readonly unit: Float64Array;
  readonly weight: Float64Array;
}

/**
 * Counters of members by cell, one per pair of group and partition that a rule needs. Each carries the three rules over one
 * group; a bound that isn't there is 0 (fewest cells) or Infinity (most members, most cells). A weight of Infinity is hard.
 */
export interface Counters {
  readonly count: number;
  /** [counter] */
  readonly partition: Int32Array;
  /** [counter] where its cells begin in the state's array of counts. */
  readonly offset: Int32Array;
  /** Length of that array. */
  readonly size: number;
  /** [counter] most members in a cell. */
  readonly limit: Float64Array;
  readonly limitWeight: Float64Array;
  /** [counter] fewest distinct cells. */
  readonly fewest: Float64Array;
  readonly fewestWeight: Float64Array;
  /** [counter] most distinct cells. */
  readonly most: Float64Array;
  readonly mostWeight: Float64Array;
  /** The counters of item i: `ofItem[ofItemStart[i] .. ofItemStart[i + 1]]`. */
  readonly ofItemStart: Int32Array;
  readonly ofItem: Int32Array;
  /** The members of counter c: `members[membersStart[c] .. membersStart[c + 1]]`. */
  readonly membersStart: Int32Array;
  readonly members: Int32Array;
}

/** Rules between two counters of the same partition, whose groups share no item. */
export interface PairRules {
  readonly count: number;
  /** [rule] the counter that needs or excludes. */
  readonly from: Int32Array;
  /** [rule] the counter that is needed or excluded. */
  readonly to: Int32Array;
  /** [rule] 1: excludes; 0: needs. */
  readonly excludes: Uint8Array;
  /** [rule] Infinity: hard. */
  readonly weight: Float64Array;
  /** Rules whose `from` is counter c: `asFrom[asFromStart[c] .. asFromStart[c + 1]]`. */
  readonly asFromStart: Int32Array;
  readonly asFrom: Int32Array;
  readonly asToStart: Int32Array;
  readonly asTo: Int32Array;
}
