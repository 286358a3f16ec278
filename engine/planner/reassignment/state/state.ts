import type { ReassignmentProblem } from "../problem";
import { costColumns, type CostColumns } from "./cost-columns";
import { MoveState } from "./move-state";
import { RuleState } from "./rule-state";

/**
 * An assignment with the sums that make the effect of a change cheap to know.
 *
 * Feasibility and cost of a bin are kept as differences: `room` is what fits still, `over` how far each cost column is above
 * costing nothing, so that a test is a comparison and a cost an addition per resource.
 */
export class State {
  /** [item] its bin; -1: none. */
  readonly binOf: Int32Array;
  readonly modeOf: Uint8Array;
  /** [bin] its items, in no particular order. */
  readonly itemsOn: number[][];
  /** [bin][resource] capacity less what is used. */
  readonly room: Float64Array;
  /** [bin][column] its value; the positive part is cost. */
  readonly over: Float64Array;
  /** [bin] cost of its columns, fragments and use. */
  readonly binCost: Float64Array;
  readonly columns: CostColumns;
  readonly rules: RuleState;
  readonly moves: MoveState;
  /** Items without a bin, or on one that they aren't allowed on. */
  misplaced: number;
  /** Demand above capacity, summed over bins and resources. */
  overload = 0;
  /** [bin][fragment] free capacity. */
  private readonly free: Float64Array;
  /** [item] its place in `itemsOn`. */
  readonly placeOf: Int32Array;
  private readonly hasTransient: boolean;
  /** Whether a bin's cost is that of its columns, and items have one mode. */
  readonly plain: boolean;
  /** Whether a bin's cost is that of its columns. */
  private readonly plainBins: boolean;
  private binCosts = 0;

  constructor(
    readonly problem: ReassignmentProblem,
    bins: ArrayLike<number> = problem.initial,
    modes: ArrayLike<number> = problem.initialMode,
  ) {
    const { items, resources } = problem;
    this.columns = costColumns(problem);
    this.binOf = new Int32Array(items).fill(-1);
    this.modeOf = new Uint8Array(items);
    this.itemsOn = Array.from({ length: problem.bins }, () => []);
    this.room = Float64Array.from(problem.capacity);
    this.over = Float64Array.from(this.columns.start);
    this.binCost = new Float64Array(problem.bins);
    this.rules = new RuleState(problem);
    this.moves = new MoveState(problem);
    this.placeOf = new Int32Array(items);
    this.hasTransient = problem.transient.some((flag) => flag === 1);
    this.plainBins = problem.fragments.weight.length === 0 && problem.useCost.every((cost) => cost === 0);
    this.plain = this.plainBins && problem.modes === 1;
    const lumps = Array.from(problem.fragments.resource);
    this.free = new Float64Array(problem.bins * lumps.length);
    for (let b = 0; b < problem.bins; b++) {
      lumps.forEach((r, f) => (this.free[b * lumps.length + f] = problem.capacity[b * resources + r]));
      this.priceBin(b);
    }
    // Wherever an item is, its initial bin keeps what it takes there of transient resources.
    for (let item = 0; item < items; item++) {
      const home = problem.initial[item];
      if (home < 0 || !this.hasTransient) continue;
      const from = (item * problem.modes + problem.initialMode[item]) * resources;
      for (let r = 0; r < resources; r++) {
        if (problem.transient[r]) this.room[home * resources + r] -= problem.demand[from + r];
      }
    }
    for (const room of this.room) if (room < 0) this.overload -= room;
    this.misplaced = items;
    for (let item = 0; item < items; item++) if (bins[item] >= 0) this.shift(item, bins[item], modes[item]);
  }

  /** The objective; exact where all weights are whole numbers. */
  get cost(): number {
    return this.binCosts + this.rules.cost + this.moves.cost;
  }

  /** The cost with what the search charges for departures. */
  get charged(): number {
    return this.cost + this.moves.charged;
  }

  isHome(item: number, bin: number, mode: number): boolean {
    return this.problem.initial[item] === bin && this.problem.initialMode[item] === mode;
  }

  isAllowed(item: number, bin: number): boolean {
    const row = this.problem.allowedRow[item];
    return row < 0 || this.problem.allowed[row * this.problem.bins + bin] === 1;
  }

  /** Moves an item to a bin (-1: none) whatever the constraints say. */
  shift(item: number, bin: number, mode: number): void {
    const from = this.binOf[item];
    const fromMode = this.modeOf[item];
    if (from === bin && fromMode === mode) return;
    if (from >= 0) {
      this.load(item, from, fromMode, -1);
      if (this.isAllowed(item, from)) this.misplaced++;
      const list = this.itemsOn[from];
      const last = list.pop() as number;
      if (last !== item) {
        list[this.placeOf[item]] = last;
        this.placeOf[last] = this.placeOf[item];
      }
    }
    if (bin >= 0) {
      this.load(item, bin, mode, 1);
      if (this.isAllowed(item, bin)) this.misplaced--;
      this.placeOf[item] = this.itemsOn[bin].length;
      this.itemsOn[bin].push(item);
    }
    this.binOf[item] = bin;
    this.modeOf[item] = mode;
    if (from >= 0 && from !== bin) this.priceBin(from);
    if (bin >= 0) this.priceBin(bin);
    if (from !== bin) this.rules.move(item, from, bin);
    this.moves.move(item, from, fromMode, bin, mode);
  }

  /** Whether `item` fits on `bin` as it is. */
  fits(item: number, bin: number, mode: number): boolean {
    const { resources, modes, demand, transient } = this.problem;
    const room = this.room;
    const at = bin * resources;
    const from = (item * modes + mode) * resources;
    if (this.hasTransient && this.isHome(item, bin, mode)) {
      for (let r = 0; r < resources; r++) if (transient[r] === 0 && demand[from + r] > room[at + r]) return false;
      return true;
    }
    for (let r = 0; r < resources; r++) if (demand[from + r] > room[at + r]) return false;
    return true;
  }

  /** Whether `item` fits on `bin` in the place of `other`, which is there. */
  fitsInstead(item: number, bin: number, mode: number, other: number): boolean {
    const { resources, modes, demand, transient } = this.problem;
    const room = this.room;
    const otherMode = this.modeOf[other];
    const at = bin * resources;
    const from = (item * modes + mode) * resources;
    const freed = (other * modes + otherMode) * resources;
    if (this.hasTransient) {
      const home = this.isHome(item, bin, mode);
      const otherHome = this.isHome(other, bin, otherMode);
      if (home || otherHome) {
        for (let r = 0; r < resources; r++) {
          const keeps = transient[r] === 1;
          const need = keeps && home ? 0 : demand[from + r];
          const gets = keeps && otherHome ? 0 : demand[freed + r];
          if (need > room[at + r] + gets) return false;
        }
        return true;
      }
    }
    for (let r = 0; r < resources; r++) if (demand[from + r] > room[at + r] + demand[freed + r]) return false;
    return true;
  }

  /** Cost of `bin` were `item` added to it (sign 1) or taken off (-1). */
  costWith(item: number, bin: number, mode: number, sign: number): number {
    const over = this.over;
    const { count, demand } = this.columns;
    const at = bin * count;
    const from = (item * this.problem.modes + mode) * count;
    let twice = 0;
    for (let c = 0; c < count; c++) {
      const value = over[at + c] + sign * demand[from + c];
      twice += value + Math.abs(value);
    }
    return this.plainBins ? twice / 2 : twice / 2 + this.lumpCost(bin, item, mode, sign, -1);
  }

  /** Cost of `bin` were `item` there in the place of `other`. */
  costInstead(item: number, bin: number, mode: number, other: number): number {
    const over = this.over;
    const { count, demand } = this.columns;
    const modes = this.problem.modes;
    const at = bin * count;
    const from = (item * modes + mode) * count;
    const freed = (other * modes + this.modeOf[other]) * count;
    let twice = 0;
    for (let c = 0; c < count; c++) {
      const value = over[at + c] + demand[from + c] - demand[freed + c];
      twice += value + Math.abs(value);
    }
    return this.plainBins ? twice / 2 : twice / 2 + this.lumpCost(bin, item, mode, 1, other);
  }

  private load(item: number, bin: number, mode: number, sign: number): void {
    const { resources, modes, demand, transient } = this.problem;
    const home = this.hasTransient && this.isHome(item, bin, mode);
    const from = (item * modes + mode) * resources;
    for (let r = 0; r < resources; r++) {
      if (home && transient[r] === 1) continue;
      const room = this.room[bin * resources + r];
      const after = room - sign * demand[from + r];
      if (room < 0) this.overload += room;
      if (after < 0) this.overload -= after;
      this.room[bin * resources + r] = after;
    }
    const { resource } = this.problem.fragments;
    for (let f = 0; f < resource.length; f++) this.free[bin * resource.length + f] -= sign * demand[from + resource[f]];
    const { count, demand: adds } = this.columns;
    for (let c = 0; c < count; c++) this.over[bin * count + c] += sign * adds[(item * modes + mode) * count + c];
  }

  private priceBin(bin: number): void {
    const { count } = this.columns;
    let cost = this.plainBins ? 0 : this.lumpCost(bin, -1, 0, 0, -1);
    for (let c = bin * count; c < (bin + 1) * count; c++) if (this.over[c] > 0) cost += this.over[c];
    this.binCosts += cost - this.binCost[bin];
    this.binCost[bin] = cost;
  }

  /** Fragments and use of `bin` were `item` added (1) or taken off (-1), and `other` taken off; -1: no such item. */
  private lumpCost(bin: number, item: number, mode: number, sign: number, other: number): number {
    const { resources, modes, demand, fragments, useCost } = this.problem;
    const lumps = fragments.unit.length;
    let cost = 0;
    for (let f = 0; f < lumps; f++) {
      const r = fragments.resource[f];
      let free = this.free[bin * lumps + f];
      if (item >= 0) free -= sign * demand[(item * modes + mode) * resources + r];
      if (other >= 0) free += demand[(other * modes + this.modeOf[other]) * resources + r];
      if (free > 0) cost += fragments.weight[f] * (free % fragments.unit[f]);
    }
    const count = this.itemsOn[bin].length + (item < 0 ? 0 : sign) - (other < 0 ? 0 : 1);
    return count > 0 ? cost + useCost[bin] : cost;
  }
}
