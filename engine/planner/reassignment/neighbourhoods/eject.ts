import type { Context, Neighbourhood } from "../search/context";
import { insert } from "./insertion";

/** Draws of costly bins: large, for what these hold is what most is to be gained from. */
const DRAWS = 8;
const MOST_STEPS = 40;
/** Bins drawn for an item that has to be given room. */
const TARGETS = 4;

/**
 * An item of a costly bin goes to another bin, from which smaller items make room for it; these are placed where they cost
 * least, or make smaller ones leave in turn. Ends, for what leaves is always smaller than what comes. The challenge's best
 * team calls its one-step form big process rearrangement (Gavranovic, Buljubasic, Demirovic 2012).
 */
export class Eject implements Neighbourhood {
  readonly name = "eject";
  private readonly need: Float64Array;
  /** Items taken off their bins and not placed yet. */
  private readonly pool: number[] = [];
  /** Where the last of them were. */
  private readonly places: number[] = [];

  constructor(private readonly context: Context) {
    this.need = new Float64Array(context.problem.resources);
  }

  attempt(): boolean {
    const bound = this.context.drawBound();
    const { state, trail } = this.context;
    const first = this.largerOfTwo(state.itemsOn[this.context.costlyBin(DRAWS)]);
    if (first < 0) return false;
    const before = state.charged;
    const broken = state.rules.hard;
    if (this.relocate(first, false, before + bound) && state.rules.hard <= broken && state.charged - before <= bound) {
      trail.keep();
      return true;
    }
    trail.undo();
    return false;
  }

  /**
   * Takes `item` to another bin and places what has to make room for it, all on the trail for the caller to judge: false where
   * something found no place, or the cost went above `ceiling`: what is still to be placed can hardly lower it. `gently`: where
   * the item fits as things are, it goes there and nothing makes room.
   */
  relocate(item: number, gently: boolean, ceiling: number): boolean {
    const { state, trail } = this.context;
    const { pool } = this;
    pool.length = 0;
    const source = state.binOf[item];
    trail.shift(item, -1, state.modeOf[item]);
    let done = (gently && insert(this.context, item, -1)) || this.force(item, source);
    for (let step = 0; done && pool.length > 0; step++) {
      if (state.charged > ceiling) return false;
      const next = this.takeLargest();
      done = insert(this.context, next, -1) || (step < MOST_STEPS && this.force(next, -1));
    }
    return done;
  }

  /** Puts `item` on a bin other than `except`, smaller items leaving it for the pool. */
  private force(item: number, except: number): boolean {
    const { random, state, trail } = this.context;
    this.places.length = 0;
    for (let k = 0; k < TARGETS; k++) {
      const bin = this.context.candidates.draw(item, random);
      const mode = this.context.randomMode(item);
      if (bin === except || !this.couldHold(item, bin, mode)) continue;
      const before = this.pool.length;
      if (this.makeRoom(item, bin, mode)) {
        trail.shift(item, bin, mode);
        return true;
      }
      while (this.pool.length > before) {
        const back = this.pool.pop() as number;
        const at = this.places.pop() as number;
        trail.shift(back, at, state.modeOf[back]);
      }
    }
    return false;
  }

  private couldHold(item: number, bin: number, mode: number): boolean {
    const { problem, state, lastingRoom } = this.context;
    if (!state.isAllowed(item, bin)) return false;
    const { resources, modes, demand, transient } = problem;
    const home = state.isHome(item, bin, mode);
    const from = (item * modes + mode) * resources;
    for (let r = 0; r < resources; r++) {
      if (demand[from + r] > lastingRoom[bin * resources + r] && !(home && transient[r])) return false;
    }
    return true;
  }

  /** Takes smaller items off `bin` until `item` fits there; what leaves goes into the pool. */
  private makeRoom(item: number, bin: number, mode: number): boolean {
    const { state, trail, random, sizes } = this.context;
    const { pool } = this;
    for (let tries = 0; tries < 48; tries++) {
      const fits = !this.lacks(item, bin, mode);
      let leaving = -1;
      if (fits) {
        if (state.rules.delta(item, -1, bin) <= 0) return true;
        leaving = this.rival(item, bin);
        if (leaving < 0) return false;
      } else {
        const items = state.itemsOn[bin];
        if (items.length === 0) return false;
        let best = 0;
        for (let k = 0; k < 4; k++) {
          const other = items[random.below(items.length)];
          if (sizes[other] >= sizes[item]) continue;
          const worth = this.worth(other, bin) / sizes[other];
          if (worth > best) {
            best = worth;
            leaving = other;
          }
        }
        if (leaving < 0) continue;
      }
      this.places.push(state.binOf[leaving]);
      trail.shift(leaving, -1, state.modeOf[leaving]);
      pool.push(leaving);
    }
    return false;
  }

  /** Sets `need` to what `item` lacks on `bin`; false if nothing. */
  private lacks(item: number, bin: number, mode: number): boolean {
    const { problem, state } = this.context;
    const { resources, modes, demand, transient } = problem;
    const home = state.isHome(item, bin, mode);
    let any = false;
    for (let r = 0; r < resources; r++) {
      const lack =
        home && transient[r] ? 0 : demand[(item * modes + mode) * resources + r] - state.room[bin * resources + r];
      this.need[r] = lack > 0 ? lack : 0;
      if (lack > 0) any = true;
    }
    return any;
  }

  /** How much of `need` would be met by taking `other` off `bin`. */
  private worth(other: number, bin: number): number {
    const { problem, state } = this.context;
    const { resources, modes, demand, transient } = problem;
    const mode = state.modeOf[other];
    const home = state.isHome(other, bin, mode);
    let worth = 0;
    for (let r = 0; r < resources; r++) {
      if (this.need[r] === 0 || (home && transient[r])) continue;
      worth += Math.min(1, demand[(other * modes + mode) * resources + r] / this.need[r]);
    }
    return worth;
  }

  /** A member of one of the item's groups that keeps it off `bin`; -1: there is none. */
  private rival(item: number, bin: number): number {
    const { problem, state, random } = this.context;
    const { counters, cellOf, bins } = problem;
    for (let k = counters.ofItemStart[item]; k < counters.ofItemStart[item + 1]; k++) {
      const c = counters.ofItem[k];
      if (counters.limit[c] === Infinity) continue;
      const cells = counters.partition[c] * bins;
      const from = counters.membersStart[c];
      const size = counters.membersStart[c + 1] - from;
      const begin = random.below(size);
      for (let m = 0; m < size; m++) {
        const other = counters.members[from + ((begin + m) % size)];
        const on = state.binOf[other];
        if (other !== item && on >= 0 && cellOf[cells + on] === cellOf[cells + bin]) return other;
      }
    }
    return -1;
  }

  private largerOfTwo(items: readonly number[]): number {
    const { random, sizes } = this.context;
    if (items.length === 0) return -1;
    const one = items[random.below(items.length)];
    const other = items[random.below(items.length)];
    return sizes[other] > sizes[one] ? other : one;
  }

  private takeLargest(): number {
    const { pool } = this;
    const { sizes } = this.context;
    let at = 0;
    for (let k = 1; k < pool.length; k++) if (sizes[pool[k]] > sizes[pool[at]]) at = k;
    const item = pool[at];
    pool[at] = pool[pool.length - 1];
    pool.length--;
    return item;
  }
}
