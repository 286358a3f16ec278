/**
 * What a caller writes: items (processes, virtual machines) that stand on bins (machines, hosts, clusters) and may be
 * reassigned. Lists are plain or typed arrays; indices are dense from 0. `buildProblem` checks a spec and compiles it.
 *
 * How to say it:
 * - *A host that must be emptied or is off*: `closed`. Items on it violate the problem until they have left; what they use
 *   of transient resources stays counted there.
 * - *Demand that changed*: give the new demand; an initial assignment may violate anything, and repairing it with the
 *   fewest, cheapest moves is the solver's first task.
 * - *An item that runs nowhere yet*: `initial` -1. It costs nothing to place and isn't a move.
 * - *An item that must not move, or only within a set*: a `binSets` entry of one bin, or of the set.
 * - *NUMA nodes or other parts of a host*: each part's share is a resource of its own (cpu of node 0, cpu of node 1, ...), and
 *   an item that fits on any part has one `mode` per part: the same bin, another vector of demands.
 * - *A cap on the number of items of a bin*: a resource of which each item demands 1.
 */
export interface ReassignmentSpec {
  readonly items: number;
  readonly bins: number;
  readonly resources: readonly ResourceSpec[];
  /** [item][mode][resource], whole numbers: choose a fine unit. Unused modes may hold anything. */
  readonly demand: ArrayLike<number>;
  /** The most modes that an item has; 1 by default. */
  readonly modes?: number;
  /** [item] how many modes it has; all by default. */
  readonly modesOf?: ArrayLike<number>;
  /** [item] the bin it is on; -1: none yet. */
  readonly initial: ArrayLike<number>;
  /** [item] the mode it is in; 0 by default. */
  readonly initialMode?: ArrayLike<number>;
  /** Whether another mode on the same bin is a move (it costs `moveCost`, nothing per pair); false by default. */
  readonly modeChangeIsMove?: boolean;
  /** Bins on which nothing may be. */
  readonly closed?: ArrayLike<number>;
  /** Sets of bins, for `allowed`. */
  readonly binSets?: readonly ArrayLike<number>[];
  /** [item] the index of the set of bins that it may be on; -1: any that isn't closed. */
  readonly allowed?: ArrayLike<number>;
  /** Costs of being somewhere, for `preference`: [row][bin]. */
  readonly preferences?: readonly ArrayLike<number>[];
  /** [item] its row of `preferences`; -1: none. */
  readonly preference?: ArrayLike<number>;
  /** [bin] the cost of its being used by one item or more (power, a licence). */
  readonly useCost?: ArrayLike<number>;
  readonly balances?: readonly BalanceSpec[];
  readonly fragments?: readonly FragmentSpec[];
  /** Partitions of the bins into cells (fault domains, zones, neighbourhoods, racks): each [bin], cells from 0. */
  readonly partitions?: readonly ArrayLike<number>[];
  /** Members, each a list of items. An item may be in several groups. */
  readonly groups?: readonly ArrayLike<number>[];
  readonly rules?: readonly RuleSpec[];
  /** [item] the cost of its moving; 0 by default. */
  readonly moveCost?: ArrayLike<number>;
  /** [item] the set within which moves are counted, -1: none; with `groupMoveWeight`. */
  readonly moveGroup?: ArrayLike<number>;
  /** Cost per move of the set that has the most of them. */
  readonly groupMoveWeight?: number;
  readonly pairCost?: PairCostSpec;
  /** The most items that may have moved; unlimited by default. */
  readonly maxMoves?: number;
}

export interface ResourceSpec {
  /** [bin], whole numbers: never exceeded, counting departed items too where `transient`. */
  readonly capacity: ArrayLike<number>;
  /** [bin], whole numbers: demand above it costs `excessWeight` per unit; the capacity by default. */
  readonly safety?: ArrayLike<number>;
  readonly excessWeight?: number;
  /** An item that moved uses the resource on its initial bin too: memory while in flight. */
  readonly transient?: boolean;
}

/** Costs `weight` x max(0, `target` x free of `a` - free of `b`) on every bin; free = capacity - demand. */
export interface BalanceSpec {
  readonly a: number;
  readonly b: number;
  readonly target: number;
  readonly weight: number;
}

/** Costs `weight` per unit of free capacity that is no whole piece of `unit`: free mod `unit`, on every bin. */
export interface FragmentSpec {
  readonly resource: number;
  readonly unit: number;
  readonly weight: number;
}

/**
 * A rule over groups. `partition` indexes `partitions`; without it the cells are the bins. With `weight` a rule is soft: it
 * costs so much per unit of its violation; without, it is hard. An item without a bin counts in no cell.
 *
 * - `apart`: at most `limit` (1) members in a cell; a unit is a member too many.
 * - `spread`: members in at least `atLeast` distinct cells; a unit is a missing cell.
 * - `together`: members in at most `atMost` (1) distinct cells; a unit is a cell too many.
 * - `needs`: a cell that holds a member of `group` holds one of `other`; a unit is a cell without.
 * - `excludes`: no cell holds both a member of `group` and one of `other`; a unit is a cell with both.
 */
export type RuleSpec = { readonly group: number; readonly partition?: number; readonly weight?: number } & (
  | { readonly kind: "apart"; readonly limit?: number }
  | { readonly kind: "spread"; readonly atLeast: number }
  | { readonly kind: "together"; readonly atMost?: number }
  | { readonly kind: "needs"; readonly other: number }
  | { readonly kind: "excludes"; readonly other: number }
);

/** The cost of moving from one bin to another, by classes of bins: `cost[fromClass[a] * toClasses + toClass[b]]`. */
export interface PairCostSpec {
  /** [bin] */
  readonly fromClass: ArrayLike<number>;
  /** [bin] */
  readonly toClass: ArrayLike<number>;
  /** [class of the old bin][class of the new bin] */
  readonly cost: ArrayLike<number>;
}
