import type { HostEventLog } from "../events";
import { PairHistory } from "./pair-history";
import { BurstHistory } from "./bursts";
import { BurstCompany } from "./company";
import { HourHistogram } from "./hours";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
/** Windows of "how many failed lately", seconds. */
const WINDOWS = [1, MINUTE, 10 * MINUTE, HOUR, DAY] as const;
const DECAYS = [HOUR, 12 * HOUR, 5 * DAY, 40 * DAY] as const;
const RECENT = 10 * MINUTE;
const LONGEST_MINUTES = 60 * 24 * 90;
const FAR = 99;

const OF_GROUP = [
  "share failed this second",
  "share failed, 1 min",
  "share failed, 10 min",
  "share failed, 1 h",
  "share failed, 24 h",
  "share down",
  "minutes since the burst began",
  "share in the burst so far",
  "share in past bursts, mean",
  "share in the last burst",
  "growth of bursts beyond this size",
] as const;

/** Columns in the order in which they are written: of the pair, of j, of both groups, of the event. */
export const PAIR_FEATURES: readonly string[] = [
  "same group",
  "same site",
  "distance by number",
  "number of j less that of i",
  "share of i's last failures that j followed",
  "the same, decayed slowly",
  "share of j's failures that i followed",
  "share of this burst's hosts that j usually follows, mean",
  "the same, highest",
  "j's last failure against i's one before",
  "j's last repair against i's",
  "share of this burst's hosts that failed with j before",
  "share of this burst's hosts that were repaired with j",
  "j: minutes since its last failure",
  "j: minutes since the one before",
  "j: down",
  "j: minutes since repair",
  "j: failures, decay 1 h",
  "j: failures, decay 12 h",
  "j: failures, decay 5 d",
  "j: failures, decay 40 d",
  "j: share of its group's bursts",
  "j: share of its failures at this hour of the day",
  "j: last time between failures",
  "j: time since its last failure less that",
  "j: length of its last outage",
  "j: time up before its last failure",
  "j: nearest failure by number, 10 min",
  "j: neighbours failed, 1 h",
  ...OF_GROUP.map((text) => `j's group: ${text}`),
  ...OF_GROUP.map((text) => `i's group: ${text}`),
  "i's group: size",
  "i: failures, decay 12 h",
  "i: failures, decay 40 d",
  "i: minutes since its last failure",
  "j's site: share failed, 10 min",
  "j's site: share failed, 1 h",
  "all: failures, 1 min",
  "all: failures, 1 h",
  "hour of the day",
  "day of the week",
];

const COLUMNS = PAIR_FEATURES.length;

/**
 * Features of all pairs (i, j) at the instant at which i fails. Event after event in the log's order: only events
 * before the one in question, and that one itself, are known.
 */
export class PairFeatures {
  private next = 0;
  private readonly group: Int32Array;
  private readonly site: Int32Array;
  private readonly number: Float64Array;
  /** Hosts of each group by rising number. */
  private readonly members: readonly Int32Array[];
  private readonly siteSize: Float64Array;
  private readonly last: Float64Array;
  private readonly before: Float64Array;
  private readonly until: Float64Array;
  private readonly decayed: Float64Array;
  private readonly decayedAt: Float64Array;
  /** End of the outage before the last. */
  private readonly repairedBefore: Float64Array;
  private readonly hours: HourHistogram;
  private readonly company: BurstCompany;
  private readonly pairs: PairHistory;
  private readonly bursts: BurstHistory;
  private readonly ofGroup: Float64Array;
  private readonly ofSite: Float64Array;
  private readonly nearest: Float64Array;
  private readonly neighbours: Float64Array;

  /** @param log of failures alone */
  constructor(
    private readonly log: HostEventLog,
    windowSeconds: number,
  ) {
    const { places } = log;
    const hosts = places.length;
    const names = [...new Set(places.map(({ group }) => group))];
    const sites = [...new Set(places.map(({ site }) => site))];
    this.group = Int32Array.from(places, ({ group }) => names.indexOf(group));
    this.site = Int32Array.from(places, ({ site }) => sites.indexOf(site));
    this.number = Float64Array.from(places, ({ number }) => number);
    this.members = names.map((_, g) =>
      Int32Array.from(places.keys())
        .filter((host) => this.group[host] === g)
        .sort((a, b) => this.number[a] - this.number[b] || a - b),
    );
    this.siteSize = new Float64Array(sites.length);
    for (const site of this.site) this.siteSize[site]++;
    this.last = new Float64Array(hosts).fill(-Infinity);
    this.before = new Float64Array(hosts).fill(-Infinity);
    this.until = new Float64Array(hosts).fill(-Infinity);
    this.repairedBefore = new Float64Array(hosts).fill(-Infinity);
    this.hours = new HourHistogram(hosts);
    this.decayed = new Float64Array(hosts * DECAYS.length);
    this.decayedAt = new Float64Array(hosts);
    this.pairs = new PairHistory(log, windowSeconds);
    this.bursts = new BurstHistory(this.group, this.members);
    this.company = new BurstCompany(hosts, this.pairs);
    this.ofGroup = new Float64Array(names.length * OF_GROUP.length);
    this.ofSite = new Float64Array(sites.length * 2);
    this.nearest = new Float64Array(hosts);
    this.neighbours = new Float64Array(hosts);
  }

  /** Takes in the events up to and including the one at `index`. */
  advance(index: number): void {
    const { at, host, until } = this.log;
    for (; this.next <= index; this.next++) {
      const k = this.next;
      const h = host[k];
      this.pairs.close(at[k]);
      this.bursts.add(h, at[k]);
      this.hours.add(h, at[k]);
      this.company.add(h, at[k], this.last[h], this.until[h]);
      this.before[h] = this.last[h];
      this.repairedBefore[h] = this.until[h];
      this.last[h] = at[k];
      this.until[h] = Math.max(this.until[h], Number.isNaN(until[k]) ? at[k] : until[k]);
      for (let d = 0; d < DECAYS.length; d++) this.decayed[h * DECAYS.length + d] = this.count(h, d, at[k]) + 1;
      this.decayedAt[h] = at[k];
    }
  }

  /** The rows (i, j) of the event taken in last, j every host: [host][PAIR_FEATURES], i's own row among them. */
  write(into: Float32Array): void {
    const { log, group, site, number, last, before, until, pairs } = this;
    const k = this.next - 1;
    const i = log.host[k];
    const t = log.at[k];
    const hosts = log.places.length;
    const all = this.summarise(t);
    this.company.gather(t);
    const gi = group[i];
    const si = site[i];
    const own12 = Math.log1p(this.count(i, 1, t) - 1);
    const own40 = Math.log1p(this.count(i, 3, t) - 1);
    const ownBefore = logMinutes(t - before[i]);
    const hour = (t / HOUR) % 24;
    const day = Math.floor(t / DAY) % 7;
    const groupColumns = OF_GROUP.length;
    for (let j = 0; j < hosts; j++) {
      let at = j * COLUMNS;
      const g = group[j];
      const same = g === gi;
      into[at++] = same ? 1 : 0;
      into[at++] = site[j] === si ? 1 : 0;
      into[at++] = same ? Math.abs(number[j] - number[i]) : Number.NaN;
      into[at++] = same ? number[j] - number[i] : Number.NaN;
      into[at++] = pairs.fast(i, j);
      into[at++] = pairs.slow(i, j);
      into[at++] = pairs.slow(j, i);
      into[at++] = this.company.mean[j];
      into[at++] = this.company.highest[j];
      into[at++] = apart(last[j], before[i]);
      into[at++] = apart(until[j], this.repairedBefore[i]);
      into[at++] = this.company.failedWith(last[j]);
      into[at++] = this.company.repairedWith(until[j]);
      into[at++] = logMinutes(t - last[j]);
      into[at++] = logMinutes(t - before[j]);
      const down = until[j] > t;
      into[at++] = down ? 1 : 0;
      into[at++] = down ? Number.NaN : logMinutes(t - until[j]);
      for (let d = 0; d < DECAYS.length; d++) into[at++] = this.count(j, d, t);
      into[at++] = this.bursts.membership(j);
      into[at++] = this.hours.share(j, t);
      const gap = last[j] - before[j];
      into[at++] = Number.isFinite(gap) ? logMinutes(gap) : Number.NaN;
      into[at++] = Number.isFinite(gap) ? clip((t - last[j] - gap) / MINUTE, 2880) : Number.NaN;
      into[at++] = Number.isFinite(last[j]) && !down ? logMinutes(until[j] - last[j]) : Number.NaN;
      into[at++] = logMinutes(last[j] - this.repairedBefore[j]);
      into[at++] = this.nearest[j];
      into[at++] = this.neighbours[j];
      for (let c = 0; c < groupColumns; c++) into[at++] = this.ofGroup[g * groupColumns + c];
      for (let c = 0; c < groupColumns; c++) into[at++] = this.ofGroup[gi * groupColumns + c];
      into[at++] = this.members[gi].length;
      into[at++] = own12;
      into[at++] = own40;
      into[at++] = ownBefore;
      into[at++] = this.ofSite[site[j] * 2];
      into[at++] = this.ofSite[site[j] * 2 + 1];
      into[at++] = all.minute;
      into[at++] = all.hour;
      into[at++] = hour;
      into[at++] = day;
    }
  }

  private count(host: number, decay: number, t: number): number {
    const value = this.decayed[host * DECAYS.length + decay];
    return value === 0 ? 0 : value * Math.exp((this.decayedAt[host] - t) / DECAYS[decay]);
  }

  /** What groups, sites and neighbourhoods look like at `t`. */
  private summarise(t: number): { minute: number; hour: number } {
    const { last, until, site, members } = this;
    const all = { minute: 0, hour: 0 };
    this.ofSite.fill(0);
    const counts = new Float64Array(WINDOWS.length + 1);
    members.forEach((list, g) => {
      counts.fill(0);
      for (const host of list) {
        const age = t - last[host];
        for (let w = WINDOWS.length - 1; w >= 0 && age < WINDOWS[w]; w--) counts[w]++;
        if (until[host] > t) counts[WINDOWS.length]++;
        if (age < RECENT) this.ofSite[site[host] * 2]++;
        if (age < HOUR) this.ofSite[site[host] * 2 + 1]++;
      }
      all.minute += counts[1];
      all.hour += counts[3];
      const at = g * OF_GROUP.length;
      for (let c = 0; c < counts.length; c++) this.ofGroup[at + c] = counts[c] / list.length;
      this.bursts.describe(g, t, this.ofGroup, at + counts.length);
      this.sweep(list, t);
    });
    for (let s = 0; s < this.siteSize.length; s++) {
      this.ofSite[s * 2] /= this.siteSize[s];
      this.ofSite[s * 2 + 1] /= this.siteSize[s];
    }
    return all;
  }

  /** Distance by number to the nearest other host that failed lately, and how many of the four each side have. */
  private sweep(list: Int32Array, t: number): void {
    const { number, last, nearest, neighbours } = this;
    for (const [from, to, step] of [
      [0, list.length, 1],
      [list.length - 1, -1, -1],
    ]) {
      let seen = Number.NaN;
      for (let x = from; x !== to; x += step) {
        const host = list[x];
        const distance = Number.isNaN(seen) ? FAR : Math.min(FAR, Math.abs(number[host] - seen));
        nearest[host] = step === 1 ? distance : Math.min(nearest[host], distance);
        if (t - last[host] < RECENT) seen = number[host];
      }
    }
    for (let x = 0; x < list.length; x++) {
      let failed = 0;
      for (let y = Math.max(0, x - 4); y <= Math.min(list.length - 1, x + 4); y++)
        if (y !== x && t - last[list[y]] < HOUR) failed++;
      neighbours[list[x]] = failed;
    }
  }
}

const clip = (value: number, limit: number) => Math.max(-limit, Math.min(limit, value));
/** Log of the minutes between two times; NaN where one isn't known. */
const apart = (a: number, b: number) =>
  Number.isFinite(a) && Number.isFinite(b) ? logMinutes(Math.abs(a - b)) : Number.NaN;
const logMinutes = (seconds: number) =>
  Number.isNaN(seconds) ? Number.NaN : Math.log1p(Math.min(LONGEST_MINUTES, seconds / MINUTE));
