import type { State } from "../solver/state";
import type { ObjectiveName } from "../weights";
import type { Comparison } from "./comparison";

/** An objective bound to one search. Every cost is a whole number of COST_UNIT's scale. */
export interface BoundObjective {
  readonly name: string;
  /** Cost of the whole placement. */
  total(): number;
  /**
   * Change of the cost if `unit`, now on `from` (-1: nowhere), went to `to` (-1: nowhere), `from` and `to` different.
   * `relief` and `intake` are the wide kernel's scores of the pairs (unit, from) and (unit, to), 0 for nowhere.
   */
  delta(unit: number, from: number, to: number, relief: number, intake: number): number;
  /** No placement costs less by this objective; null where that isn't known; absent: its cost is never below 0. */
  bound?(): number | null;
  /** Whether `delta` can be anything but 0 for this unit; absent: for any. */
  concerns?(unit: number): boolean;
  /**
   * Adds to `into[at + host]` what `delta` gives for the unit's going from `from` to every host, with `intakes[at + host]`
   * of each; what it adds for `from` itself has no meaning. For thousands of units by a hundred hosts.
   */
  addDeltas?(unit: number, from: number, relief: number, intakes: Float32Array, into: Float64Array, at: number): void;
  /** Units, beside those on the two hosts of a move, whose deltas change when `unit` moves. */
  linked?(unit: number): readonly number[];
  /** Whether a delta depends on the unit and its two hosts alone, wherever the others are. */
  readonly pairwise?: boolean;
  /** Hosts that VMs should leave, by this objective, as things stand: those from which swaps are tried. */
  burdened?(): readonly number[];
  /** Hosts that are worth emptying as a whole, by this objective. */
  closable?(): readonly number[];
}

/**
 * The one shape of every objective; adding one is a file and a line in the registry. `total` evaluates, `delta` tells
 * what a move changes, `better` and `worse` explain; docs/objectives.md is written from this definition.
 */
export interface Objective {
  /** Key of its weight in the configuration and of its cost in the plan. */
  readonly name: ObjectiveName;
  readonly title: string;
  readonly description: string;
  /** Where its facts come from: the assessment, the request, the inventory; for docs/objectives.md. */
  readonly reads: readonly string[];
  /** Null where it has no say: its weight is 0, or nothing is known that it could judge by. */
  bind(state: State, weight: number): BoundObjective | null;
  /** Why the VM is better off `here` than `there`, by this objective: a phrase whose first words tell most. */
  better(comparison: Comparison): string;
  /** Why the VM leaves `there` for `here`. */
  worse(comparison: Comparison): string;
}
