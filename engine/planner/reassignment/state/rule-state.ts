import type { ReassignmentProblem } from "../problem";

/**
 * Members by cell for every counter, and what the rules make of them. `hard` counts violated units of hard rules, `cost` adds
 * up soft ones.
 *
 * For rules between groups a marginal is kept per counter and cell: what the first member to enter the cell would add.
 * Looking a move up is then a load per counter, however many rules its group takes part in.
 */
export class RuleState {
  hard = 0;
  cost = 0;
  /** Set by `delta`: the change of `cost`. */
  softDelta = 0;
  /** Whether any rule is soft. */
  readonly soft: boolean;
  private readonly counts: Int32Array;
  /** [counter] distinct cells that hold a member. */
  private readonly distinct: Int32Array;
  /** [counter's cells] units of hard pair rules that the first member there adds. */
  private readonly enterHard: Int32Array;
  private readonly enterSoft: Float64Array;

  constructor(private readonly problem: ReassignmentProblem) {
    const { counters, pairRules } = problem;
    this.counts = new Int32Array(counters.size);
    this.distinct = new Int32Array(counters.count);
    this.enterHard = new Int32Array(pairRules.count > 0 ? counters.size : 0);
    this.enterSoft = new Float64Array(pairRules.weight.some(Number.isFinite) ? counters.size : 0);
    this.soft = [counters.limitWeight, counters.fewestWeight, counters.mostWeight, pairRules.weight].some((weights) =>
      weights.some(Number.isFinite),
    );
    for (let c = 0; c < counters.count; c++) this.pay(counters.fewest[c], counters.fewestWeight[c]);
    for (let rule = 0; rule < pairRules.count; rule++) {
      if (pairRules.excludes[rule]) continue;
      const from = pairRules.from[rule];
      const cells = problem.cells[counters.partition[from]];
      for (let cell = 0; cell < cells; cell++) this.shiftMarginal(counters.offset[from] + cell, rule, 1);
    }
  }

  /** Whether any rule is about the item. */
  concerns(item: number): boolean {
    const { ofItemStart } = this.problem.counters;
    return ofItemStart[item + 1] > ofItemStart[item];
  }

  /** Whether a hard rule over counter `c` is broken, by what stands in the cell of `bin` or by the number of cells. */
  isBroken(c: number, bin: number): boolean {
    const { counters, pairRules, cellOf, bins } = this.problem;
    const cell = cellOf[counters.partition[c] * bins + bin];
    const at = counters.offset[c] + cell;
    const hard = (weight: number) => weight === Infinity;
    if (this.counts[at] > counters.limit[c] && hard(counters.limitWeight[c])) return true;
    if (this.distinct[c] < counters.fewest[c] && hard(counters.fewestWeight[c])) return true;
    if (this.distinct[c] > counters.most[c] && hard(counters.mostWeight[c])) return true;
    const broken = (rule: number, other: number) => {
      if (!hard(pairRules.weight[rule])) return false;
      const holds = this.counts[counters.offset[other] + cell] > 0;
      return holds === (pairRules.excludes[rule] === 1);
    };
    for (let k = pairRules.asFromStart[c]; k < pairRules.asFromStart[c + 1]; k++) {
      if (broken(pairRules.asFrom[k], pairRules.to[pairRules.asFrom[k]])) return true;
    }
    for (let k = pairRules.asToStart[c]; k < pairRules.asToStart[c + 1]; k++) {
      const rule = pairRules.asTo[k];
      if (pairRules.excludes[rule] && broken(rule, pairRules.from[rule])) return true;
    }
    return false;
  }

  /** Units of hard rules that moving `item` from bin `from` to bin `to` (-1: none) adds; sets `softDelta`. */
  delta(item: number, from: number, to: number): number {
    const { counters, cellOf, bins } = this.problem;
    const { counts, distinct, enterHard, enterSoft } = this;
    const { ofItemStart, ofItem } = counters;
    const pairs = enterHard.length > 0;
    const softPairs = enterSoft.length > 0;
    let hard = 0;
    let soft = 0;
    for (let k = ofItemStart[item], end = ofItemStart[item + 1]; k < end; k++) {
      const c = ofItem[k];
      const partition = counters.partition[c] * bins;
      const left = from < 0 ? -1 : cellOf[partition + from];
      const entered = to < 0 ? -1 : cellOf[partition + to];
      if (left === entered) continue;
      const offset = counters.offset[c];
      const limit = counters.limit[c];
      let over = 0;
      let cells = 0;
      if (entered >= 0) {
        const count = counts[offset + entered];
        if (count >= limit) over++;
        if (count === 0) {
          cells++;
          if (pairs) hard += enterHard[offset + entered];
          if (softPairs) soft += enterSoft[offset + entered];
        }
      }
      if (left >= 0) {
        const count = counts[offset + left];
        if (count > limit) over--;
        if (count === 1) {
          cells--;
          if (pairs) hard -= enterHard[offset + left];
          if (softPairs) soft -= enterSoft[offset + left];
        }
      }
      if (over !== 0) {
        const weight = counters.limitWeight[c];
        if (weight === Infinity) hard += over;
        else soft += over * weight;
      }
      if (cells !== 0) {
        const before = distinct[c];
        const after = before + cells;
        const missing = Math.max(0, counters.fewest[c] - after) - Math.max(0, counters.fewest[c] - before);
        if (missing !== 0) {
          const weight = counters.fewestWeight[c];
          if (weight === Infinity) hard += missing;
          else soft += missing * weight;
        }
        const many = Math.max(0, after - counters.most[c]) - Math.max(0, before - counters.most[c]);
        if (many !== 0) {
          const weight = counters.mostWeight[c];
          if (weight === Infinity) hard += many;
          else soft += many * weight;
        }
      }
    }
    this.softDelta = soft;
    return hard;
  }

  /** Moves `item` from bin `from` to bin `to` (-1: none). */
  move(item: number, from: number, to: number): void {
    const { counters, cellOf, bins } = this.problem;
    for (let k = counters.ofItemStart[item], end = counters.ofItemStart[item + 1]; k < end; k++) {
      const c = counters.ofItem[k];
      const partition = counters.partition[c] * bins;
      const left = from < 0 ? -1 : cellOf[partition + from];
      const entered = to < 0 ? -1 : cellOf[partition + to];
      if (left === entered) continue;
      const before = this.distinct[c];
      if (left >= 0) this.leave(c, left);
      if (entered >= 0) this.enter(c, entered);
      const after = this.distinct[c];
      if (before === after) continue;
      const { fewest, most } = counters;
      const missing = Math.max(0, fewest[c] - after) - Math.max(0, fewest[c] - before);
      if (missing !== 0) this.pay(missing, counters.fewestWeight[c]);
      const many = Math.max(0, after - most[c]) - Math.max(0, before - most[c]);
      if (many !== 0) this.pay(many, counters.mostWeight[c]);
    }
  }

  private pay(units: number, weight: number): void {
    if (weight === Infinity) this.hard += units;
    else this.cost += units * weight;
  }

  private enter(c: number, cell: number): void {
    const { counters } = this.problem;
    const at = counters.offset[c] + cell;
    const count = this.counts[at]++;
    if (count >= counters.limit[c]) this.pay(1, counters.limitWeight[c]);
    if (count > 0) return;
    this.distinct[c]++;
    if (this.enterHard.length > 0) this.hard += this.enterHard[at];
    if (this.enterSoft.length > 0) this.cost += this.enterSoft[at];
    this.occupied(c, cell, 1);
  }

  private leave(c: number, cell: number): void {
    const { counters } = this.problem;
    const at = counters.offset[c] + cell;
    const count = this.counts[at]--;
    if (count > counters.limit[c]) this.pay(-1, counters.limitWeight[c]);
    if (count > 1) return;
    this.distinct[c]--;
    if (this.enterHard.length > 0) this.hard -= this.enterHard[at];
    if (this.enterSoft.length > 0) this.cost -= this.enterSoft[at];
    this.occupied(c, cell, -1);
  }

  /** The cell became occupied (1) or empty (-1) of counter `c`: the marginals of the groups bound to it change. */
  private occupied(c: number, cell: number, sign: number): void {
    const { counters, pairRules } = this.problem;
    for (let k = pairRules.asFromStart[c]; k < pairRules.asFromStart[c + 1]; k++) {
      const rule = pairRules.asFrom[k];
      // Its first member would end a need (less), or meet what excludes it (more).
      this.shiftMarginal(counters.offset[pairRules.to[rule]] + cell, rule, pairRules.excludes[rule] ? sign : -sign);
    }
    for (let k = pairRules.asToStart[c]; k < pairRules.asToStart[c + 1]; k++) {
      const rule = pairRules.asTo[k];
      this.shiftMarginal(counters.offset[pairRules.from[rule]] + cell, rule, pairRules.excludes[rule] ? sign : -sign);
    }
  }

  private shiftMarginal(at: number, rule: number, units: number): void {
    const weight = this.problem.pairRules.weight[rule];
    if (weight === Infinity) this.enterHard[at] += units;
    else this.enterSoft[at] += units * weight;
  }
}
