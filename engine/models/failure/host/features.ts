import { HOST_CAUSES, type HostEventLog, isFailure } from "../events";

export const DAY = 86_400;

/** Decays of a host's own failures, days: from a burst to a lemon. A Hawkes process excites itself so. */
const OWN_DAYS = [0.5, 2, 7, 30, 120, 480] as const;
const KIND_DAYS = [7, 120] as const;
/** Of OWN_DAYS. */
const NEAR_DAYS = [2, 120] as const;
const GROUP_DAYS = [1, 15, 120] as const;
const ALL_DAYS = [0.1, 1, 7, 30] as const;
/** Host to each side by number. */
const NEAR = 2;
const LONGEST_DAYS = 1000;
/** A host's rate is pulled to the mean of all as if it had had so many failures at that rate (gamma prior). */
const PRIOR_FAILURES = 1.5;

const own = (text: string) => OWN_DAYS.map((days) => `${text}, decay ${days} d`);
export const HOST_FEATURES: readonly string[] = [
  ...own("own failures"),
  ...KIND_DAYS.map((days) => `own hardware failures, decay ${days} d`),
  ...KIND_DAYS.map((days) => `own software failures, decay ${days} d`),
  ...KIND_DAYS.map((days) => `own warnings, decay ${days} d`),
  "days since the last failure",
  "days since the one before",
  "days since the fourth last",
  "own rate against all",
  "down now",
  "days since repair",
  "hours of the last outage",
  ...NEAR_DAYS.map((days) => `neighbours' failures, decay ${days} d`),
  ...GROUP_DAYS.map((days) => `failures in its group, decay ${days} d`),
  ...ALL_DAYS.map((days) => `failures of all hosts, decay ${days} d`),
  "rate of all hosts",
  "days of history",
  "weekend share of the next day",
  "hour of the day",
];

const HARDWARE = HOST_CAUSES.indexOf("hardware");
const SOFTWARE = HOST_CAUSES.indexOf("software");

/** Counts that decay, brought up to date only when they are touched. */
class Decaying {
  private readonly value: Float64Array;
  private readonly since: Float64Array;

  constructor(
    rows: number,
    private readonly days: readonly number[],
  ) {
    this.value = new Float64Array(rows * days.length);
    this.since = new Float64Array(rows);
  }

  add(row: number, at: number): void {
    for (let d = 0; d < this.days.length; d++) this.value[row * this.days.length + d] = this.read(row, d, at) + 1;
    this.since[row] = at;
  }

  read(row: number, d: number, at: number): number {
    const value = this.value[row * this.days.length + d];
    return value === 0 ? 0 : value * Math.exp((this.since[row] - at) / (this.days[d] * DAY));
  }
}

/**
 * What is known of every host at one instant, from events before it only. Time goes forward: `advance`, then `write`.
 */
export class HostFeatures {
  private next = 0;
  private readonly group: Int32Array;
  private readonly groupSize: Int32Array;
  private readonly near: readonly (readonly number[])[];
  private readonly ownCounts: Decaying;
  private readonly hardware: Decaying;
  private readonly software: Decaying;
  private readonly warnings: Decaying;
  private readonly groupCounts: Decaying;
  private readonly allCounts: Decaying;
  /** Times of the last four failures, newest first, by host. */
  private readonly last: Float64Array;
  private readonly failures: Float64Array;
  private readonly until: Float64Array;
  private total = 0;
  private readonly start: number;

  constructor(private readonly log: HostEventLog) {
    const { places } = log;
    const groups = [...new Set(places.map(({ group }) => group))];
    this.group = Int32Array.from(places, ({ group }) => groups.indexOf(group));
    this.groupSize = new Int32Array(groups.length);
    for (const group of this.group) this.groupSize[group]++;
    this.near = neighbours(log);
    this.ownCounts = new Decaying(places.length, OWN_DAYS);
    this.hardware = new Decaying(places.length, KIND_DAYS);
    this.software = new Decaying(places.length, KIND_DAYS);
    this.warnings = new Decaying(places.length, KIND_DAYS);
    this.groupCounts = new Decaying(groups.length, GROUP_DAYS);
    this.allCounts = new Decaying(1, ALL_DAYS);
    this.last = new Float64Array(places.length * 4).fill(-Infinity);
    this.failures = new Float64Array(places.length);
    this.until = new Float64Array(places.length).fill(-Infinity);
    this.start = log.at.length ? log.at[0] : 0;
  }

  /** Takes in every event before `time` (epoch seconds). */
  advance(time: number): void {
    const { at, host, kind, cause, until } = this.log;
    for (; this.next < at.length && at[this.next] < time; this.next++) {
      const k = this.next;
      const row = host[k];
      if (!isFailure(kind[k])) {
        this.warnings.add(row, at[k]);
        continue;
      }
      this.ownCounts.add(row, at[k]);
      if (cause[k] === HARDWARE) this.hardware.add(row, at[k]);
      if (cause[k] === SOFTWARE) this.software.add(row, at[k]);
      this.groupCounts.add(this.group[row], at[k]);
      this.allCounts.add(0, at[k]);
      this.last.copyWithin(row * 4 + 1, row * 4, row * 4 + 3);
      this.last[row * 4] = at[k];
      this.failures[row]++;
      this.total++;
      // An end that isn't known is taken for the beginning: an outage without an end would never be over.
      this.until[row] = Math.max(this.until[row], Number.isNaN(until[k]) ? at[k] : until[k]);
    }
  }

  /** The features of all hosts at `time`, after `advance(time)`: row-major [host][HOST_FEATURES], from `offset` on. */
  write(time: number, into: Float32Array, offset = 0): void {
    const hosts = this.log.places.length;
    const exposure = Math.max(1, (time - this.start) / DAY);
    const rate = (this.total + 1) / (hosts * exposure);
    const all = ALL_DAYS.map((days, d) =>
      Math.log((this.allCounts.read(0, d, time) / days / hosts + rate / 20) / rate),
    );
    const date = new Date(time * 1000);
    const hour = date.getUTCHours() + date.getUTCMinutes() / 60;
    const weekday = date.getUTCDay();
    const weekend = (weekday === 6 ? 24 : weekday === 5 ? hour : weekday === 0 ? 24 - hour : 0) / 24;
    let at = offset;
    for (let row = 0; row < hosts; row++) {
      for (let d = 0; d < OWN_DAYS.length; d++) into[at++] = Math.log1p(4 * this.ownCounts.read(row, d, time));
      for (const counts of [this.hardware, this.software, this.warnings])
        for (let d = 0; d < KIND_DAYS.length; d++) into[at++] = Math.log1p(4 * counts.read(row, d, time));
      for (const back of [0, 1, 3]) into[at++] = logDays(time - this.last[row * 4 + back]);
      const shrunk = (this.failures[row] + PRIOR_FAILURES) / (rate * exposure + PRIOR_FAILURES);
      into[at++] = Math.log(shrunk);
      const down = this.until[row] > time;
      into[at++] = down ? 1 : 0;
      into[at++] = down ? logDays(0) : logDays(time - this.until[row]);
      into[at++] = outage(this.last[row * 4], Math.min(time, this.until[row]));
      for (const days of NEAR_DAYS) {
        let sum = 0;
        for (const other of this.near[row]) sum += this.ownCounts.read(other, OWN_DAYS.indexOf(days), time);
        into[at++] = Math.log1p(sum);
      }
      const group = this.group[row];
      const others = Math.max(1, this.groupSize[group] - 1);
      for (let d = 0; d < GROUP_DAYS.length; d++)
        into[at++] = Math.log((this.groupCounts.read(group, d, time) / GROUP_DAYS[d] / others + rate / 4) / rate);
      for (const value of all) into[at++] = value;
      into[at++] = Math.log(rate);
      into[at++] = Math.log(exposure);
      into[at++] = weekend;
      into[at++] = hour;
    }
  }
}

const logDays = (seconds: number) => Math.log(Math.min(LONGEST_DAYS, seconds / DAY) + 0.1);
const outage = (from: number, to: number) =>
  from === -Infinity ? Number.NaN : Math.log1p(Math.max(0, to - from) / 3600);

/** Hosts of the same group whose numbers are at most NEAR away. */
function neighbours({ places }: HostEventLog): number[][] {
  const byPlace = new Map(places.map(({ group, number }, row) => [`${group}\u0000${number}`, row]));
  return places.map(({ group, number }) => {
    const found: number[] = [];
    for (let step = -NEAR; step <= NEAR; step++) {
      const row = step === 0 ? undefined : byPlace.get(`${group}\u0000${number + step}`);
      if (row !== undefined) found.push(row);
    }
    return found;
  });
}
