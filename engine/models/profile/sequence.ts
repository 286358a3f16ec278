/**
 * Which application follows which: of the windows in which a user ran A, the share whose next window saw B, or any
 * application of that user. Counted over all users, and for each user alone.
 */
export class Sequence {
  private readonly seen: number[] = [];
  private readonly active: number[] = [];
  private readonly followed = new Map<number, number>();
  private readonly seenByUser = new Map<number, number>();
  private readonly followedByUser = new Map<string, number>();

  /** A user ran `before` in one window and `after` (perhaps nothing) in the next. */
  learn(user: number, before: readonly number[], after: readonly number[]): void {
    for (const a of before) {
      this.seen[a] = (this.seen[a] ?? 0) + 1;
      if (after.length > 0) this.active[a] = (this.active[a] ?? 0) + 1;
      add(this.seenByUser, user * SPAN + a);
      for (const b of after) {
        add(this.followed, a * SPAN + b);
        add(this.followedByUser, `${user} ${a} ${b}`);
      }
    }
  }

  /** Largest and mean share over `before` of windows followed by `b`: over all users, and the user's own, shrunk. */
  nextIs(user: number, before: readonly number[], b: number, out: Float32Array, at: number): void {
    let [max, sum, own] = [-1, 0, -1];
    for (const a of before) {
      const all = ((this.followed.get(a * SPAN + b) ?? 0) + 0.1) / ((this.seen[a] ?? 0) + 1);
      const count = this.followedByUser.get(`${user} ${a} ${b}`) ?? 0;
      max = Math.max(max, all);
      sum += all;
      own = Math.max(own, (count + 4 * all) / ((this.seenByUser.get(user * SPAN + a) ?? 0) + 4));
    }
    out[at] = max;
    out[at + 1] = before.length > 0 ? sum / before.length : -1;
    out[at + 2] = own;
  }

  /** Largest, smallest and mean share over `before` of windows after which the user went on. */
  goesOn(before: readonly number[], out: Float32Array, at: number): void {
    let [max, min, sum] = [-1, 2, 0];
    for (const a of before) {
      const share = ((this.active[a] ?? 0) + 1) / ((this.seen[a] ?? 0) + 2);
      max = Math.max(max, share);
      min = Math.min(min, share);
      sum += share;
    }
    out[at] = max;
    out[at + 1] = before.length > 0 ? min : -1;
    out[at + 2] = before.length > 0 ? sum / before.length : -1;
  }
}

/** More than there are applications. */
const SPAN = 2 ** 24;

const add = <K>(map: Map<K, number>, key: K) => map.set(key, (map.get(key) ?? 0) + 1);
