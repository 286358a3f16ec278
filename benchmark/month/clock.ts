interface Event {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

/**
 * Simulated time, epoch seconds, for code that waits for real files as well: it stands still while anything is busy, and
 * goes on to the next event once all that is under way waits for the clock.
 */
export class SimulatedClock {
  private readonly events: Event[] = [];
  private count = 0;
  private busy = 0;
  private idle: (() => void) | null = null;

  constructor(public now: number) {}

  /** Events at the same time happen in the order in which they were asked for. */
  at(time: number, act: () => void): void {
    const event = { at: Math.max(time, this.now), order: this.count++, act };
    const next = this.events.findIndex(({ at }) => at > event.at);
    this.events.splice(next < 0 ? this.events.length : next, 0, event);
  }

  /** While `work` goes on, time stands still, but for what it sleeps. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.busy++;
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /** Lets time go by until `wake` was called; only within `during`. */
  async asleep<T>(until: Promise<T>): Promise<T> {
    this.leave();
    try {
      return await until;
    } finally {
      this.busy++;
    }
  }

  /** Time goes by up to `until`; `passing` is told of every stretch in which nothing changes. */
  async advance(until: number, passing: (seconds: number) => void): Promise<void> {
    for (;;) {
      await this.quiet();
      const next = this.events[0];
      const to = next === undefined ? until : Math.min(until, next.at);
      if (to > this.now) passing(to - this.now);
      this.now = to;
      if (next === undefined || next.at > until) return;
      this.events.shift();
      next.act();
    }
  }

  private leave(): void {
    this.busy--;
    if (this.busy === 0) this.idle?.();
  }

  /** Until nothing is busy, and nothing becomes so when what was promised is told. */
  private async quiet(): Promise<void> {
    do {
      if (this.busy > 0) await new Promise<void>((resolve) => (this.idle = resolve));
      this.idle = null;
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.busy > 0);
  }
}
