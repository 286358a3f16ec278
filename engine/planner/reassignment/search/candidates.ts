import type { FastRandom } from "../fast-random";
import type { State } from "../state/state";

/** Entries of all lists together: 4 bytes each. */
const MOST_ENTRIES = 2 ** 24;
/** Bins looked at to see whether an item needs a list. */
const SAMPLE = 32;

/**
 * Where items can be at all: bins on which they are allowed and that could hold them were nothing there but what stays in
 * flight. An item that many bins could hold has no list: for it a draw among all is as good.
 */
export class Candidates {
  /** Items that can be on a bin other than their initial one. */
  readonly movable: Int32Array;
  /** [item] where its list begins; a list of none: any bin. */
  private readonly start: Int32Array;
  private readonly bins: Int32Array;

  constructor(
    private readonly state: State,
    private readonly lastingRoom: Float64Array,
  ) {
    const { problem } = state;
    this.start = new Int32Array(problem.items + 1);
    const list: number[] = [];
    const movable: number[] = [];
    for (let item = 0; item < problem.items; item++) {
      const begin = list.length;
      let fixed = false;
      if (this.isScarce(item) && list.length < MOST_ENTRIES) {
        for (let bin = 0; bin < problem.bins; bin++) if (this.couldHold(item, bin)) list.push(bin);
        fixed = list.length === begin || (list.length === begin + 1 && list[begin] === problem.initial[item]);
      }
      if (!fixed || state.binOf[item] !== problem.initial[item]) movable.push(item);
      this.start[item + 1] = list.length;
    }
    this.bins = Int32Array.from(list);
    this.movable = Int32Array.from(movable);
  }

  /** A bin that could hold the item, drawn at random. */
  draw(item: number, random: FastRandom): number {
    const from = this.start[item];
    const count = this.start[item + 1] - from;
    return count === 0 ? random.below(this.state.problem.bins) : this.bins[from + random.below(count)];
  }

  /** How many bins there are to draw from. */
  count(item: number): number {
    const listed = this.start[item + 1] - this.start[item];
    return listed === 0 ? this.state.problem.bins : listed;
  }

  /** The k-th of them. */
  at(item: number, k: number): number {
    const from = this.start[item];
    return from === this.start[item + 1] ? k : this.bins[from + k];
  }

  /** Whether the item has a list. */
  isListed(item: number): boolean {
    return this.start[item + 1] > this.start[item];
  }

  /** Whether fewer than half of the bins could hold the item, as far as a look at some tells. */
  private isScarce(item: number): boolean {
    const { bins } = this.state.problem;
    const step = Math.max(1, Math.floor(bins / SAMPLE));
    let looks = 0;
    let found = 0;
    for (let bin = item % step; bin < bins; bin += step, looks++) if (this.couldHold(item, bin)) found++;
    return found * 2 < looks;
  }

  private couldHold(item: number, bin: number): boolean {
    const { problem } = this.state;
    if (!this.state.isAllowed(item, bin)) return false;
    const { resources, modes, demand, transient } = problem;
    for (let mode = 0; mode < problem.modesOf[item]; mode++) {
      const home = this.state.isHome(item, bin, mode);
      const from = (item * modes + mode) * resources;
      let r = 0;
      while (
        r < resources &&
        (demand[from + r] <= this.lastingRoom[bin * resources + r] || (home && transient[r] === 1))
      )
        r++;
      if (r === resources) return true;
    }
    return false;
  }
}
