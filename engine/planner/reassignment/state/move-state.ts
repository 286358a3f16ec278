import type { ReassignmentProblem } from "../problem";
import { departureCosts } from "./departure-costs";

/** What has moved from its initial bin, and what that and the items' preferences cost. */
export class MoveState {
  /** Items that have moved. */
  moved = 0;
  /** What the search adds to the cost for each unit of `departureCosts` of moved items, so that few leave needlessly. */
  charge = 0;
  /** `departureCosts` of moved items. */
  private departed = 0;
  private readonly departureCosts: Float64Array;
  /** Cost of items by themselves: moves and preferences. */
  private itemCosts = 0;
  /** [move group] its moved items. */
  private readonly groupMoves: Int32Array;
  /** [n] move groups that have n moved items. */
  private readonly groupsWith: Int32Array;
  /** The most moved items of any group. */
  private most = 0;

  constructor(private readonly problem: ReassignmentProblem) {
    this.groupMoves = new Int32Array(problem.moveGroups);
    const sizes = new Int32Array(problem.moveGroups);
    for (let i = 0; i < problem.items; i++) if (problem.moveGroup[i] >= 0) sizes[problem.moveGroup[i]]++;
    this.groupsWith = new Int32Array(2 + sizes.reduce((most, size) => Math.max(most, size), 0));
    this.groupsWith[0] = problem.moveGroups;
    this.departureCosts = departureCosts(problem);
  }

  /** What is charged for all that have moved. */
  get charged(): number {
    return this.charge * this.departed;
  }

  /** The change of that when `item` starts (1) or ceases (-1) to be moved. */
  chargeDelta(item: number, change: number): number {
    return this.charge * this.departureCosts[item] * change;
  }

  get cost(): number {
    return this.itemCosts + this.problem.groupMoveWeight * this.most;
  }

  /** 1 where being there means that the item has moved, else 0. */
  hasMoved(item: number, bin: number, mode: number): number {
    const { initial, initialMode, modeChangeIsMove } = this.problem;
    const home = initial[item];
    if (home < 0 || bin < 0) return 0;
    return bin !== home || (modeChangeIsMove && mode !== initialMode[item]) ? 1 : 0;
  }

  /** Cost of the item's being there, but for its part in its group's moves. */
  itemCost(item: number, bin: number, mode: number): number {
    if (bin < 0) return 0;
    const { initial, moveCost, pairFrom, pairTo, pairToClasses, pairCost, preferenceRow, preference, bins } =
      this.problem;
    const row = preferenceRow[item];
    const preferred = row < 0 ? 0 : preference[row * bins + bin];
    const home = initial[item];
    if (home === bin) return this.hasMoved(item, bin, mode) ? preferred + moveCost[item] : preferred;
    if (home < 0) return preferred;
    return preferred + moveCost[item] + pairCost[pairFrom[home] * pairToClasses + pairTo[bin]];
  }

  /** Change of the most moves of a group when `item` starts (1) or ceases (-1) to be moved. */
  mostDelta(item: number, change: number): number {
    const group = this.problem.moveGroup[item];
    if (change === 0 || group < 0) return 0;
    const moves = this.groupMoves[group];
    if (change > 0) return moves === this.most ? 1 : 0;
    return moves === this.most && this.groupsWith[moves] === 1 ? -1 : 0;
  }

  /** The same for two items at once. */
  mostDeltaOfTwo(one: number, changeOfOne: number, other: number, changeOfOther: number): number {
    if (changeOfOther === 0) return this.mostDelta(one, changeOfOne);
    if (changeOfOne === 0) return this.mostDelta(other, changeOfOther);
    const before = this.most;
    this.count(one, changeOfOne);
    const after = this.most + this.mostDelta(other, changeOfOther);
    this.count(one, -changeOfOne);
    return after - before;
  }

  move(item: number, fromBin: number, fromMode: number, bin: number, mode: number): void {
    this.itemCosts += this.itemCost(item, bin, mode) - this.itemCost(item, fromBin, fromMode);
    const change = this.hasMoved(item, bin, mode) - this.hasMoved(item, fromBin, fromMode);
    if (change === 0) return;
    this.moved += change;
    this.departed += this.departureCosts[item] * change;
    this.count(item, change);
  }

  private count(item: number, change: number): void {
    const group = this.problem.moveGroup[item];
    if (change === 0 || group < 0) return;
    const { groupMoves, groupsWith } = this;
    groupsWith[groupMoves[group]]--;
    groupMoves[group] += change;
    groupsWith[groupMoves[group]]++;
    if (groupMoves[group] > this.most) this.most = groupMoves[group];
    else while (this.most > 0 && groupsWith[this.most] === 0) this.most--;
  }
}
