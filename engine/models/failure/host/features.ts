import { HOST_CAUSES, type HostCause, type HostEventLog, isFailure } from "../events";
import { Decaying } from "./decaying";

export const DAY = 86_400;

/** Decays of a host's own failures, days: from a burst to a lemon. A Hawkes process excites itself so. */
export const OWN_DAYS = [0.5, 2, 7, 30, 120, 480] as const;
/** What failed tells whether it comes back: memory does, a processor less often. */
export const KINDS: readonly { readonly name: string; readonly causes: readonly HostCause[] }[] = [
  { name: "hardware", causes: ["hardware", "processor", "memory", "storage"] },
  { name: "processor", causes: ["processor"] },
  { name: "memory", causes: ["memory"] },
  { name: "software", causes: ["software"] },
  { name: "outside", causes: ["network", "human", "facilities"] },
];
export const KIND_DAYS = [2, 7, 30, 120] as const;
const WARNING_DAYS = [7, 120] as const;
/** Of OWN_DAYS. */
export const NEAR_DAYS = [2, 120] as const;
export const GROUP_DAYS = [1, 15, 120] as const;
export const ALL_DAYS = [0.1, 1, 7, 30] as const;
/** Host to each side by number. */
const NEAR = 2;
const LONGEST_DAYS = 1000;
/** A host's rate is pulled to the mean of all as if it had had so many failures at that rate (gamma prior). */
const PRIOR_FAILURES = 1.5;
/** The same of the hosts in one place of each group: the first of a rack may serve logins or disks for the others. */
const PLACE_PRIOR_FAILURES = 2;

const own = (text: string) => OWN_DAYS.map((days) => `${text}, decay ${days} d`);
export const HOST_FEATURES: readonly string[] = [
  ...own("own failures"),
  ...KINDS.flatMap(({ name }) => KIND_DAYS.map((days) => `own ${name} failures, decay ${days} d`)),
  ...WARNING_DAYS.map((days) => `own warnings, decay ${days} d`),
  "days since the last failure",
  "days since the one before",
  "days since the fourth last",
  "own rate against all",
  "rate in its place of other groups",
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

const KINDS_OF_CAUSE = HOST_CAUSES.map((cause) =>
  Array.from(KINDS.keys()).filter((kind) => KINDS[kind].causes.includes(cause)),
);

/**
 * What is known of every host at one instant, from events before it only. Time goes forward: `advance`, then `write`.
 */
export class HostFeatures {
  private next = 0;
  private readonly group: Int32Array;
  private readonly groupSize: Int32Array;
  /** Hosts as far from the lowest number of their group are in the same place: how many, and their failures. */
  private readonly place: Int32Array;
  private readonly placeSize: Float64Array;
  private readonly inPlace: Float64Array;
  private readonly near: readonly (readonly number[])[];
  private readonly ownCounts: Decaying;
  private readonly kinds: readonly Decaying[];
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
    this.place = placesInGroup(log);
    this.placeSize = new Float64Array(places.length);
    for (const place of this.place) this.placeSize[place]++;
    this.inPlace = new Float64Array(places.length);
    this.near = neighbours(log);
    this.ownCounts = new Decaying(places.length, OWN_DAYS);
    this.kinds = KINDS.map(() => new Decaying(places.length, KIND_DAYS));
    this.warnings = new Decaying(places.length, WARNING_DAYS);
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
      for (const kind of KINDS_OF_CAUSE[cause[k]]) this.kinds[kind].add(row, at[k]);
      this.groupCounts.add(this.group[row], at[k]);
      this.allCounts.add(0, at[k]);
      this.last.copyWithin(row * 4 + 1, row * 4, row * 4 + 3);
      this.last[row * 4] = at[k];
      this.failures[row]++;
      this.inPlace[this.place[row]]++;
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
      for (const counts of this.kinds)
        for (let d = 0; d < KIND_DAYS.length; d++) into[at++] = Math.log1p(4 * counts.read(row, d, time));
      for (let d = 0; d < WARNING_DAYS.length; d++) into[at++] = Math.log1p(4 * this.warnings.read(row, d, time));
      for (const back of [0, 1, 3]) into[at++] = logDays(time - this.last[row * 4 + back]);
      const shrunk = (this.failures[row] + PRIOR_FAILURES) / (rate * exposure + PRIOR_FAILURES);
      into[at++] = Math.log(shrunk);
      const place = this.place[row];
      const inPlace = this.inPlace[place] - this.failures[row] + PLACE_PRIOR_FAILURES;
      into[at++] = Math.log(inPlace / (rate * exposure * (this.placeSize[place] - 1) + PLACE_PRIOR_FAILURES));
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

/** By host, which place of its group it is in: places of the same offset from the group's lowest number are one. */
function placesInGroup({ places }: HostEventLog): Int32Array {
  const lowest = new Map<string, number>();
  for (const { group, number } of places) lowest.set(group, Math.min(number, lowest.get(group) ?? Infinity));
  const offsets = places.map(({ group, number }) => number - lowest.get(group)!);
  const order = new Map([...new Set(offsets)].map((offset, at) => [offset, at]));
  return Int32Array.from(offsets, (offset) => order.get(offset)!);
}

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
