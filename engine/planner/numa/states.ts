/** What being one VM off the course, or one move behind it, counts for, in pieces, when too many states contend. */
const OFF_COURSE = 0.1;
const BEHIND = 0.2;

/** States of a dynamic programme after some slots, one for each balance of the types and number of moves. */
export class States {
  count = 0;
  /** [state][type] */
  readonly balances: Int16Array;
  readonly moves: Int32Array;
  readonly gains: Int32Array;
  readonly losses: Float64Array;
  /** [state] its predecessor among the states of the slot before, and the choice that led here. */
  readonly parents: Int32Array;
  readonly choices: Int32Array;
  /** Open addressing: state + 1 by hash of balance and moves; 0 is free. */
  private readonly table: Int32Array;

  constructor(
    private readonly types: number,
    private readonly capacity: number,
  ) {
    this.balances = new Int16Array(capacity * types);
    this.moves = new Int32Array(capacity);
    this.gains = new Int32Array(capacity);
    this.losses = new Float64Array(capacity);
    this.parents = new Int32Array(capacity);
    this.choices = new Int32Array(capacity);
    this.table = new Int32Array(2 ** Math.ceil(Math.log2(2 * capacity + 2)));
  }

  static start(types: number): States {
    const states = new States(types, 1);
    states.add(new Int16Array(types), 0, 0, 0, -1, -1);
    return states;
  }

  /** Adds a state, or betters the one of the same balance and moves; one too many for the capacity is dropped. */
  add(balance: Int16Array, moves: number, gain: number, loss: number, parent: number, choice: number): void {
    const { types, table } = this;
    let hash = Math.imul(moves + 1, 0x9e3779b1);
    for (let t = 0; t < types; t++) hash = Math.imul(hash ^ balance[t], 0x85ebca6b) ^ (hash >>> 15);
    let at = hash & (table.length - 1);
    for (; table[at] > 0; at = (at + 1) & (table.length - 1)) {
      const known = table[at] - 1;
      if (this.moves[known] !== moves || !this.isAt(known, balance)) continue;
      if (gain > this.gains[known]) this.set(known, gain, loss, parent, choice);
      return;
    }
    if (this.count === this.capacity) return;
    const state = this.count++;
    table[at] = state + 1;
    this.balances.set(balance, state * types);
    this.moves[state] = moves;
    this.set(state, gain, loss, parent, choice);
  }

  isAt(state: number, balance: Int16Array): boolean {
    for (let t = 0; t < this.types; t++) if (this.balances[state * this.types + t] !== balance[t]) return false;
    return true;
  }

  /**
   * The `width` states that lose least; all of them where there are no more. Being off `course` counts in: the balance
   * of each type and, last, the moves that there should be by now.
   */
  narrowed(width: number, course: Float64Array): States {
    if (this.count <= width) return this;
    const rank = Float64Array.from({ length: this.count }, (_, state) => {
      let off = 0;
      for (let t = 0; t < this.types; t++) off += Math.abs(course[t] - this.balances[state * this.types + t]);
      return this.losses[state] + OFF_COURSE * off + BEHIND * Math.max(0, course[this.types] - this.moves[state]);
    });
    const last = Float64Array.from(rank).sort()[width - 1];
    const kept: number[] = [];
    for (let state = 0; state < this.count; state++) if (rank[state] < last) kept.push(state);
    for (let state = 0; kept.length < width; state++) if (rank[state] === last) kept.push(state);
    const result = new States(this.types, width);
    for (const state of kept) {
      const balance = this.balances.subarray(state * this.types, (state + 1) * this.types);
      const { moves, gains, losses, parents, choices } = this;
      result.add(balance, moves[state], gains[state], losses[state], parents[state], choices[state]);
    }
    return result;
  }

  private set(state: number, gain: number, loss: number, parent: number, choice: number): void {
    this.gains[state] = gain;
    this.losses[state] = loss;
    this.parents[state] = parent;
    this.choices[state] = choice;
  }
}
