import { bindObjectives, type BoundObjective } from "../objectives";
import { anchorOf, type ModelVm } from "../problem/model";
import type { Problem } from "../problem/problem";
import { State } from "./state";
import { thresholdsOf } from "./thresholds";

/** Above every cost there is by a wide margin, so that what ranks higher decides. */
const RANK_FACTOR = 1e9;

/**
 * A state with its objectives and the price of moving. What the search lowers is the cost by all objectives, plus the
 * threshold for every VM that leaves the place where it runs, or where the plan in force has it.
 */
export class Search {
  readonly state: State;
  readonly objectives: readonly BoundObjective[];
  /** VMs that a vMotion has to carry, so far. */
  moves = 0;
  readonly maxMoves: number;
  /** [unit][host] VMs to carry, and VMs that leave their place. */
  private readonly carried: Uint16Array;
  private readonly leaving: Uint16Array;
  /** [unit] price of a VM of it that leaves its place. */
  private readonly thresholds: Float64Array;
  /** The bound, once it was asked for: it doesn't depend on who is where. */
  private least: number | null | undefined;
  /** Indices of the objectives that the request ranks, the first in rank first. */
  private readonly ranked: readonly number[];
  /** [objective] what a change counts for where rank alone decides. */
  private readonly byRank: readonly number[];

  constructor(
    readonly problem: Problem,
    maxMoves = problem.model.request.config.maxMoves,
  ) {
    const { model } = problem;
    this.state = new State(problem);
    this.objectives = bindObjectives(this.state);
    this.ranked = model.request.config.objectiveOrder
      .map((name) => this.objectives.findIndex((objective) => objective.name === name))
      .filter((index) => index >= 0);
    this.byRank = this.objectives.map((_, i) =>
      this.ranked.includes(i) ? RANK_FACTOR ** (this.ranked.length - this.ranked.indexOf(i)) : 1,
    );
    this.maxMoves = maxMoves;
    this.thresholds = thresholdsOf(problem);
    this.carried = countMoves(problem, ({ current, kept }) => (current >= 0 ? [current, kept] : null));
    this.leaving = countMoves(problem, (vm) => (anchorOf(vm) >= 0 ? [anchorOf(vm)] : null));
  }

  /** Price of the moves that the unit being on `host` takes. */
  price(unit: number, host: number): number {
    return host < 0 ? 0 : this.leaving[unit * this.problem.hosts + host] * this.thresholds[unit];
  }

  /** VMs to carry for the unit to be on `host`. */
  carries(unit: number, host: number): number {
    return host < 0 ? 0 : this.carried[unit * this.problem.hosts + host];
  }

  /** Whether the unit's going to `host` stays within the moves that the request allows. */
  affords(unit: number, host: number): boolean {
    const more = this.carries(unit, host) - this.carries(unit, this.state.hostOf[unit]);
    return more <= 0 || this.moves + more <= this.maxMoves;
  }

  /**
   * Change of the cost by all objectives, without the price of moving. For a unit that runs nowhere yet, what the
   * request ranks counts by rank: there is no threshold to hold its costs against.
   */
  costDelta(unit: number, to: number): number {
    const from = this.state.hostOf[unit];
    if (from === to) return 0;
    const relief = from < 0 ? 0 : this.state.score(unit, from);
    const intake = to < 0 ? 0 : this.state.score(unit, to);
    const byRank = this.ranked.length > 0 && this.problem.units.anchor[unit] < 0;
    let delta = 0;
    this.objectives.forEach((objective, i) => {
      delta += objective.delta(unit, from, to, relief, intake) * (byRank ? this.byRank[i] : 1);
    });
    return delta;
  }

  /** Change of every objective's cost, of those that the request ranks, in order of rank. */
  rankedChanges(unit: number, to: number): number[] {
    const from = this.state.hostOf[unit];
    if (this.ranked.length === 0 || from === to) return this.ranked.map(() => 0);
    const relief = from < 0 ? 0 : this.state.score(unit, from);
    const intake = to < 0 ? 0 : this.state.score(unit, to);
    return this.ranked.map((i) => this.objectives[i].delta(unit, from, to, relief, intake));
  }

  /** Whether the unit may go there as far as rank goes: nothing gets worse but for the sake of what ranks higher. */
  permits(unit: number, to: number): boolean {
    return this.ranked.length === 0 || isPermitted(this.rankedChanges(unit, to));
  }

  /** Costs of what the request ranks, in order of rank. */
  rankedCosts(): number[] {
    return this.ranked.map((i) => this.objectives[i].total());
  }

  /** Change of the cost, with the price of moving. */
  delta(unit: number, to: number): number {
    return this.costDelta(unit, to) + this.price(unit, to) - this.price(unit, this.state.hostOf[unit]);
  }

  move(unit: number, to: number): void {
    this.moves += this.carries(unit, to) - this.carries(unit, this.state.hostOf[unit]);
    this.state.move(unit, to);
  }

  /** Brings every unit back to where `hosts` says. */
  restore(hosts: Int32Array): void {
    const changed: number[] = [];
    for (let unit = 0; unit < hosts.length; unit++) if (hosts[unit] !== this.state.hostOf[unit]) changed.push(unit);
    for (const unit of changed) this.move(unit, -1);
    for (const unit of changed) this.move(unit, hosts[unit]);
  }

  /** Units that must be looked at again, on every host, after `unit` has moved. */
  linked(unit: number): Set<number> {
    const units = new Set(this.state.linked(unit));
    for (const objective of this.objectives) for (const other of objective.linked?.(unit) ?? []) units.add(other);
    units.delete(unit);
    return units;
  }

  /** Cost by all objectives with the price of every move, evaluated from nothing: what the search lowers. */
  cost(): number {
    let sum = 0;
    for (const objective of this.objectives) sum += objective.total();
    for (let unit = 0; unit < this.state.hostOf.length; unit++) sum += this.price(unit, this.state.hostOf[unit]);
    return sum;
  }

  /** No placement of all units costs less; null where an objective's gains have no bound that is known. */
  bound(): number | null {
    if (this.least === undefined) {
      const bounds = this.objectives.map(({ bound }) => (bound ? bound() : 0));
      this.least = bounds.reduce((sum, least) => (sum === null || least === null ? null : sum + least), 0);
    }
    return this.least;
  }

  /** Cost by objective, evaluated from nothing. */
  costs(): Record<string, number> {
    return Object.fromEntries(this.objectives.map((objective) => [objective.name, objective.total()]));
  }
}

/** Whether the first change in rank that there is, is for the better. */
export function isPermitted(changes: readonly number[]): boolean {
  return (changes.find((change) => change !== 0) ?? 0) <= 0;
}

/** [unit][host] how many VMs of the unit move by being there: all but those at home on the host; null: never any. */
function countMoves({ model, units, hosts }: Problem, homes: (vm: ModelVm) => readonly number[] | null): Uint16Array {
  const counts = new Uint16Array(units.count * hosts);
  for (let unit = 0; unit < units.count; unit++) {
    const at = unit * hosts;
    let moving = 0;
    for (const v of units.vms[unit]) if (homes(model.vms[v])) moving++;
    counts.fill(moving, at, at + hosts);
    for (const v of units.vms[unit]) {
      const [first, second] = homes(model.vms[v]) ?? [];
      if (first !== undefined && first >= 0) counts[at + first]--;
      if (second !== undefined && second >= 0 && second !== first) counts[at + second]--;
    }
  }
  return counts;
}
