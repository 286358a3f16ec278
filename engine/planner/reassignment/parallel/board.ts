/** Memory that the searches of one solve share: what each has found, a barrier, and what the caller tells them. */
export interface BoardMemory {
  readonly searches: number;
  readonly items: number;
  readonly buffer: SharedArrayBuffer;
}

export interface Found {
  violation: number;
  cost: number;
  readonly bins: Int32Array;
  readonly modes: Uint8Array;
}

/** Control words: 0 stop, 1 arrived at the barrier, 2 how often it has opened. */
const CONTROL = 3;
/** Before the searches' figures: the part of the budget that is used. */
const HEAD = 1;
/** Figures per search: violation and cost of its walk, violation and cost of its best. */
const FIGURES = 4;

export function boardMemory(searches: number, items: number): BoardMemory {
  const doubles = HEAD + searches * FIGURES;
  return { searches, items, buffer: new SharedArrayBuffer(8 * doubles + 4 * CONTROL + searches * 2 * items * 5) };
}

/** A view of the shared memory, the same in every thread. */
export class Board {
  readonly searches: number;
  private readonly items: number;
  private readonly doubles: Float64Array;
  private readonly control: Int32Array;
  private readonly bins: Int32Array;
  private readonly modes: Uint8Array;

  constructor(memory: BoardMemory) {
    const { searches, items, buffer } = memory;
    const doubles = HEAD + searches * FIGURES;
    this.searches = searches;
    this.items = items;
    this.doubles = new Float64Array(buffer, 0, doubles);
    this.control = new Int32Array(buffer, 8 * doubles, CONTROL);
    const bins = 8 * doubles + 4 * CONTROL;
    this.bins = new Int32Array(buffer, bins, searches * 2 * items);
    this.modes = new Uint8Array(buffer, bins + 4 * searches * 2 * items, searches * 2 * items);
  }

  get stopped(): boolean {
    return Atomics.load(this.control, 0) === 1;
  }

  stop(): void {
    Atomics.store(this.control, 0, 1);
  }

  /** Part of the time that is used, as the caller's clock has it. */
  get progress(): number {
    return this.doubles[0];
  }

  set progress(part: number) {
    this.doubles[0] = part;
  }

  /** What a search's walk stands at (`best` false) or the best that it met; views, not copies. */
  found(search: number, best: boolean): Found {
    const slot = search * 2 + (best ? 1 : 0);
    const { doubles, items } = this;
    const at = HEAD + slot * 2;
    return {
      violation: doubles[at],
      cost: doubles[at + 1],
      bins: this.bins.subarray(slot * items, (slot + 1) * items),
      modes: this.modes.subarray(slot * items, (slot + 1) * items),
    };
  }

  publish(search: number, best: boolean, found: Found): void {
    const slot = search * 2 + (best ? 1 : 0);
    this.doubles[HEAD + slot * 2] = found.violation;
    this.doubles[HEAD + slot * 2 + 1] = found.cost;
    this.bins.set(found.bins, slot * this.items);
    this.modes.set(found.modes, slot * this.items);
  }

  /** The search that breaks least and costs least; the first of equals. */
  leader(best: boolean): number {
    let leader = 0;
    for (let search = 1; search < this.searches; search++) {
      const [one, other] = [this.found(leader, best), this.found(search, best)];
      if (other.violation < one.violation || (other.violation === one.violation && other.cost < one.cost)) {
        leader = search;
      }
    }
    return leader;
  }

  /** Waits until every search is here. */
  meet(): void {
    const { control } = this;
    const generation = Atomics.load(control, 2);
    if (Atomics.add(control, 1, 1) + 1 === this.searches) {
      Atomics.store(control, 1, 0);
      Atomics.add(control, 2, 1);
      Atomics.notify(control, 2);
      return;
    }
    while (Atomics.load(control, 2) === generation) Atomics.wait(control, 2, generation);
  }
}
