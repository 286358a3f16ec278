import { bindObjectives, type BoundObjective } from "../objectives";
import { COST_UNIT } from "../plan";
import { anchorOf, type ModelVm } from "../problem/model";
import type { Problem } from "../problem/problem";
import { State } from "./state";

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
  private readonly threshold: number;

  constructor(
    readonly problem: Problem,
    maxMoves = problem.model.request.config.maxMoves,
  ) {
    const { model } = problem;
    this.state = new State(problem);
    this.objectives = bindObjectives(this.state);
    this.maxMoves = maxMoves;
    this.threshold = Math.round(model.request.config.gainThreshold * COST_UNIT);
    this.carried = countMoves(problem, ({ current, kept }) => (current >= 0 ? [current, kept] : null));
    this.leaving = countMoves(problem, (vm) => (anchorOf(vm) >= 0 ? [anchorOf(vm)] : null));
  }

  /** Price of the moves that the unit being on `host` takes. */
  price(unit: number, host: number): number {
    return host < 0 ? 0 : this.leaving[unit * this.problem.hosts + host] * this.threshold;
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

  /** Change of the cost by all objectives, without the price of moving. */
  costDelta(unit: number, to: number): number {
    const from = this.state.hostOf[unit];
    if (from === to) return 0;
    const relief = from < 0 ? 0 : this.state.score(unit, from);
    const intake = to < 0 ? 0 : this.state.score(unit, to);
    let delta = 0;
    for (const objective of this.objectives) delta += objective.delta(unit, from, to, relief, intake);
    return delta;
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

  /** Cost by objective, evaluated from nothing. */
  costs(): Record<string, number> {
    return Object.fromEntries(this.objectives.map((objective) => [objective.name, objective.total()]));
  }
}

/** [unit][host] how many VMs of the unit move by being there: all but those at home on the host; null: never any. */
function countMoves({ model, units, hosts }: Problem, homes: (vm: ModelVm) => readonly number[] | null): Uint16Array {
  const counts = new Uint16Array(units.count * hosts);
  for (let unit = 0; unit < units.count; unit++) {
    const at = unit * hosts;
    for (const v of units.vms[unit]) {
      const free = homes(model.vms[v]);
      if (!free) continue;
      for (let i = at; i < at + hosts; i++) counts[i]++;
      for (const host of new Set(free)) if (host >= 0) counts[at + host]--;
    }
  }
  return counts;
}
