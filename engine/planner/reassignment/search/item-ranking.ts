import type { FastRandom } from "../fast-random";

/** Items by what they can cost, the costliest first; the active ones are at the front. At least so many are active. */
const LEAST_ACTIVE = 8;

/** Which items a search draws: all, or the costly ones alone. */
export class ItemRanking {
  private readonly ranked: Int32Array;
  /** [item] its place in `ranked`. */
  private readonly rank: Int32Array;
  private active: number;

  /** `items` are those that can be drawn at all; `costs` are by item. */
  constructor(
    items: Int32Array,
    private readonly costs: Float64Array,
  ) {
    this.ranked = items.slice().sort((a, b) => costs[b] - costs[a] || a - b);
    this.rank = new Int32Array(costs.length).fill(costs.length);
    this.ranked.forEach((item, at) => (this.rank[item] = at));
    this.active = this.ranked.length;
  }

  /** Leaves items active that can cost this much or more. */
  activate(least: number): void {
    const { ranked, costs } = this;
    let [low, high] = [0, ranked.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (costs[ranked[middle]] >= least) low = middle + 1;
      else high = middle;
    }
    this.active = Math.min(ranked.length, Math.max(LEAST_ACTIVE, low));
  }

  isActive(item: number): boolean {
    return this.rank[item] < this.active;
  }

  /** An active item; -1 where there is none. */
  draw(random: FastRandom): number {
    return this.active === 0 ? -1 : this.ranked[random.below(this.active)];
  }
}
