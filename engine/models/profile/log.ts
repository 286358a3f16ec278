/** A request in the least that the walk over a history needs. */
export interface RequestEvent {
  /** Epoch seconds. */
  readonly start: number;
  /** Epoch seconds; null where it is not known, or not over. */
  readonly end: number | null;
  readonly user: string;
  readonly application: string;
}

/**
 * A history of requests by columns, in the order of their starts. Times are whole minutes since the epoch, for no log
 * that we met is finer; ends are those known when the log was read, and are looked at only once they have passed.
 */
export interface RequestLog {
  readonly users: readonly string[];
  readonly applications: readonly string[];
  readonly start: Int32Array;
  /** UNKNOWN_END where nobody knows. */
  readonly end: Int32Array;
  readonly user: Int32Array;
  readonly application: Int32Array;
  /** Rows in the order of their ends, those without left out. */
  readonly byEnd: Int32Array;
}

export const UNKNOWN_END = 0x7fffffff;

class Names {
  readonly list: string[] = [];
  private readonly index = new Map<string, number>();

  of(name: string): number {
    const known = this.index.get(name);
    if (known !== undefined) return known;
    this.index.set(name, this.list.length);
    this.list.push(name);
    return this.list.length - 1;
  }
}

/** Sorts requests into a log. Equal starts keep their order, so that the same records make the same log. */
export function buildLog(events: Iterable<RequestEvent>): RequestLog {
  const list = [...events];
  const order = Uint32Array.from(list, (_, i) => i).sort((a, b) => list[a].start - list[b].start || a - b);
  const users = new Names();
  const applications = new Names();
  const n = list.length;
  const start = new Int32Array(n);
  const end = new Int32Array(n);
  const user = new Int32Array(n);
  const application = new Int32Array(n);
  order.forEach((from, to) => {
    const event = list[from];
    start[to] = Math.floor(event.start / 60);
    end[to] = event.end === null ? UNKNOWN_END : Math.floor(event.end / 60);
    user[to] = users.of(event.user);
    application[to] = applications.of(event.application);
  });
  const byEnd = Int32Array.from({ length: n }, (_, i) => i)
    .filter((i) => end[i] !== UNKNOWN_END)
    .sort((a, b) => end[a] - end[b] || a - b);
  return { users: users.list, applications: applications.list, start, end, user, application, byEnd };
}

/** The same log, all its times later by `minutes`: other windows over the same requests, to learn from. */
export function shifted(log: RequestLog, minutes: number): RequestLog {
  return {
    ...log,
    start: log.start.map((minute) => minute + minutes),
    end: log.end.map((minute) => (minute === UNKNOWN_END ? minute : minute + minutes)),
  };
}
