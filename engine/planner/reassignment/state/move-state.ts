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
  /** What the search weighs the costs of items' moves with: above 1, it keeps more of them at home than they are worth. */
  weight = 1;
  /** Cost of moves of items by themselves. */
  private moveCosts = 0;
  /** Cost of items' preferences. */
  private preferences = 0;
  /** [move group] its moved items. */
  private readonly groupMoves: Int32Array;
  /** [n] move groups that have n moved items. */
  private readonly groupsWith: Int32Array;
  /** The most moved items of any group. */
  private most = 0;
  private readonly mostMoveCost: number;
  private readonly mostDepartureCost: number;
  private readonly mostPreferred: number;

  constructor(private readonly problem: ReassignmentProblem) {
    this.groupMoves = new Int32Array(problem.moveGroups);
    const sizes = new Int32Array(problem.moveGroups);
    for (let i = 0; i < problem.items; i++) if (problem.moveGroup[i] >= 0) sizes[problem.moveGroup[i]]++;
    this.groupsWith = new Int32Array(2 + sizes.reduce((most, size) => Math.max(most, size), 0));
    this.groupsWith[0] = problem.moveGroups;
    this.departureCosts = departureCosts(problem);
    const most = (values: Float64Array) => values.reduce((a, b) => Math.max(a, b), 0);
    const least = problem.preference.reduce((a, b) => Math.min(a, b), 0);
    this.mostMoveCost = most(problem.moveCost) + most(problem.pairCost);
    this.mostDepartureCost = most(this.departureCosts);
    this.mostPreferred = most(problem.preference) - least;
  }

  /** No change of place of one item lowers what is paid and charged for moves and preferences by more. */
  get mostRefund(): number {
    const { weight, charge, mostMoveCost, mostDepartureCost, mostPreferred } = this;
    return weight * mostMoveCost + charge * mostDepartureCost + mostPreferred + this.problem.groupMoveWeight;
  }

  /** What the search adds to the cost: charges for departures, and moves weighed above their cost. */
  get charged(): number {
    return this.charge * this.departed + (this.weight - 1) * this.moveCosts;
  }

  get cost(): number {
    return this.preferences + this.moveCosts + this.problem.groupMoveWeight * this.most;
  }

  /** 1 where being there means that the item has moved, else 0. */
  hasMoved(item: number, bin: number, mode: number): number {
    const { initial, initialMode, modeChangeIsMove } = this.problem;
    const home = initial[item];
    if (home < 0 || bin < 0) return 0;
    return bin !== home || (modeChangeIsMove && mode !== initialMode[item]) ? 1 : 0;
  }

  /** What the item's being there counts for in the search, but for its part in its group's moves. */
  price(item: number, bin: number, mode: number): number {
    if (bin < 0) return 0;
    const preferred = this.preferenceOf(item, bin);
    if (this.hasMoved(item, bin, mode) === 0) return preferred;
    return preferred + this.weight * this.moveCostOf(item, bin) + this.charge * this.departureCosts[item];
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
    if (fromBin >= 0) this.preferences -= this.preferenceOf(item, fromBin);
    if (bin >= 0) this.preferences += this.preferenceOf(item, bin);
    const before = this.hasMoved(item, fromBin, fromMode);
    const after = this.hasMoved(item, bin, mode);
    if (before > 0) this.moveCosts -= this.moveCostOf(item, fromBin);
    if (after > 0) this.moveCosts += this.moveCostOf(item, bin);
    const change = after - before;
    if (change === 0) return;
    this.moved += change;
    this.departed += this.departureCosts[item] * change;
    this.count(item, change);
  }

  private preferenceOf(item: number, bin: number): number {
    const { preferenceRow, preference, bins } = this.problem;
    const row = preferenceRow[item];
    return row < 0 ? 0 : preference[row * bins + bin];
  }

  /** Cost of the item's move to `bin`, once it is one. */
  private moveCostOf(item: number, bin: number): number {
    const { initial, moveCost, pairFrom, pairTo, pairToClasses, pairCost } = this.problem;
    const home = initial[item];
    if (home === bin) return moveCost[item];
    return moveCost[item] + pairCost[pairFrom[home] * pairToClasses + pairTo[bin]];
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
