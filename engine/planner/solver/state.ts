import type { ActiveConstraint, Check } from "../constraints/constraint";
import type { Problem } from "../problem/problem";

/** Demand above the safe capacity, and three times more above the full one: the wide kernel's measure. */
const over = (x: number, safe: number, capacity: number): number =>
  (x > safe ? x - safe : 0) + (x > capacity ? 3 * (x - capacity) : 0);

/** Told of every unit that comes to a host or leaves it: what carries sums of its own beside the state's. */
export interface Follower {
  place(unit: number, host: number): void;
  remove(unit: number, host: number): void;
}

/** A placement of every unit, with the sums that make a move's effect cheap to know. All sums are whole numbers. */
export class State {
  /** [unit] its host; -1: nowhere yet. */
  readonly hostOf: Int32Array;
  /** [host] the units on it, in no particular order. */
  readonly unitsOn: number[][];
  /** [host][resource][slot] */
  readonly load: Float64Array;
  /** [host] sum of `over` over resources and slots. */
  readonly excess: Float64Array;
  /** [host][resource] load summed over slots. */
  readonly total: Float64Array;
  /** [host][resource] the highest load of any slot. */
  private readonly peak: Float64Array;
  readonly hard: readonly Check[];
  readonly soft: readonly Check[];
  /** [unit] the hard checks that others' placement decides. */
  private readonly moving: readonly (readonly Check[])[];
  private readonly hardOf: readonly (readonly Check[])[];
  /** [unit] the constraints behind `hardOf`, in the same order. */
  private readonly constraintsOf: readonly (readonly ActiveConstraint[])[];
  private readonly all: readonly (readonly Check[])[];
  private readonly slots: number;
  private readonly resources: number;
  private readonly followers: Follower[] = [];

  constructor(readonly problem: Problem) {
    const { model, units, hosts, width } = problem;
    this.slots = model.slots;
    this.resources = model.resources.length;
    this.hostOf = new Int32Array(units.count).fill(-1);
    this.unitsOn = Array.from({ length: hosts }, () => []);
    this.load = Float64Array.from(problem.baseLoad);
    this.excess = new Float64Array(hosts);
    this.total = new Float64Array(hosts * this.resources);
    this.peak = new Float64Array(hosts * this.resources);
    for (let h = 0; h < hosts; h++) {
      for (let r = 0; r < this.resources; r++) {
        const k = h * this.resources + r;
        for (let i = h * width + r * this.slots; i < h * width + (r + 1) * this.slots; i++) {
          this.total[k] += this.load[i];
          this.peak[k] = Math.max(this.peak[k], this.load[i]);
          this.excess[h] += over(this.load[i], model.safe[k], model.capacity[k]);
        }
      }
    }
    const moving: Check[][] = Array.from({ length: units.count }, () => []);
    const all: Check[][] = Array.from({ length: units.count }, () => []);
    const hardOf: Check[][] = Array.from({ length: units.count }, () => []);
    const constraintsOf: ActiveConstraint[][] = Array.from({ length: units.count }, () => []);
    const hard: Check[] = [];
    const soft: Check[] = [];
    for (const constraint of problem.constraints) {
      const check = constraint.form.bind(model, units);
      (constraint.hard ? hard : soft).push(check);
      const concerned = check.units ?? Array.from({ length: units.count }, (_, unit) => unit);
      for (const unit of concerned) {
        all[unit].push(check);
        if (constraint.hard) {
          hardOf[unit].push(check);
          constraintsOf[unit].push(constraint);
        }
        if (constraint.hard && !constraint.form.denied) moving[unit].push(check);
      }
    }
    this.hard = hard;
    this.soft = soft;
    this.moving = moving;
    this.hardOf = hardOf;
    this.constraintsOf = constraintsOf;
    this.all = all;
  }

  /** From now on `follower` is told of every change; to be called while no unit is placed. */
  follow(follower: Follower): void {
    this.followers.push(follower);
  }

  place(unit: number, host: number): void {
    this.shift(unit, host, 1);
    this.hostOf[unit] = host;
    this.unitsOn[host].push(unit);
    for (const check of this.all[unit]) check.place(unit, host);
    for (const follower of this.followers) follower.place(unit, host);
  }

  /** Takes the unit off its host; it is nowhere afterwards. */
  remove(unit: number): void {
    const host = this.hostOf[unit];
    this.shift(unit, host, -1);
    this.hostOf[unit] = -1;
    const list = this.unitsOn[host];
    list[list.indexOf(unit)] = list[list.length - 1];
    list.pop();
    for (const check of this.all[unit]) check.remove(unit, host);
    for (const follower of this.followers) follower.remove(unit, host);
  }

  move(unit: number, host: number): void {
    if (this.hostOf[unit] >= 0) this.remove(unit);
    if (host >= 0) this.place(unit, host);
  }

  /** Whether no hard constraint would be broken, or broken more, by the unit on that host. */
  fits(unit: number, host: number): boolean {
    if (!this.problem.allowed[unit * this.problem.hosts + host]) return false;
    const from = this.hostOf[unit];
    for (const check of this.moving[unit]) if (!check.fits(unit, host, from)) return false;
    return true;
  }

  /** The first hard constraint that refuses the unit on the host; null if none does. */
  refusedBy(unit: number, host: number): ActiveConstraint | null {
    const at = this.hardOf[unit].findIndex((check) => !check.fits(unit, host, this.hostOf[unit]));
    return at < 0 ? null : this.constraintsOf[unit][at];
  }

  /** Units whose possible hosts may change anywhere when `unit` moves: those of its groups. */
  linked(unit: number): number[] {
    const wide = this.moving[unit].filter((check) => check.wide);
    return wide.length === 0 ? [] : [...new Set(wide.flatMap((check) => check.units ?? []))];
  }

  /** How much less the hard constraints would be violated if the unit left its host. */
  strain(unit: number): number {
    let relief = 0;
    for (const check of this.hardOf[unit]) relief -= check.change(unit, -1, this.hostOf[unit]);
    return relief;
  }

  /** Change of the hard constraints' violation if the unit went to `host`. */
  hardChange(unit: number, host: number): number {
    let change = 0;
    for (const check of this.hardOf[unit]) change += check.change(unit, host, this.hostOf[unit]);
    return change;
  }

  /** The wide kernel's score of one pair: excess that the unit makes on the host, or makes there now. */
  score(unit: number, host: number): number {
    const { model, demand, peaks, width } = this.problem;
    const there = this.hostOf[unit] === host;
    let score = 0;
    for (let r = 0; r < this.resources; r++) {
      const k = host * this.resources + r;
      const safe = model.safe[k];
      // Most hosts have room for most units at every hour.
      if (this.peak[k] + (there ? 0 : peaks[unit * this.resources + r]) <= safe) continue;
      const capacity = model.capacity[k];
      let i = host * width + r * this.slots;
      let j = unit * width + r * this.slots;
      for (let s = 0; s < this.slots; s++, i++, j++) {
        const d = demand[j];
        const x = there ? this.load[i] - d : this.load[i];
        if (x + d > safe) score += over(x + d, safe, capacity) - over(x, safe, capacity);
      }
    }
    return score;
  }

  private shift(unit: number, host: number, sign: 1 | -1): void {
    const { model, demand, width } = this.problem;
    for (let r = 0; r < this.resources; r++) {
      const k = host * this.resources + r;
      const safe = model.safe[k];
      const capacity = model.capacity[k];
      let i = host * width + r * this.slots;
      let j = unit * width + r * this.slots;
      let excess = 0;
      let total = 0;
      let peak = 0;
      for (let s = 0; s < this.slots; s++, i++, j++) {
        const before = this.load[i];
        const after = before + sign * demand[j];
        this.load[i] = after;
        if (after > peak) peak = after;
        excess += over(after, safe, capacity) - over(before, safe, capacity);
        total += sign * demand[j];
      }
      this.excess[host] += excess;
      this.total[k] += total;
      this.peak[k] = peak;
    }
  }
}
