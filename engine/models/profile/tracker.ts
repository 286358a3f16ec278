import { type RequestLog } from "./log";
import { ActivitySeries, WINDOW_MINUTES } from "./series";
import { Sequence } from "./sequence";
import { ContextRates, contextOf } from "./context-rates";
import { GapHistogram } from "./gaps";
import { OnlineLogistic } from "../learning/linear";
import { Circumstances } from "./circumstances";

/** A user and an application that were seen together. */
export interface Pair {
  readonly user: number;
  readonly application: number;
  readonly series: ActivitySeries;
}

/** Longer silences are not counted by context: nearly all series are silent nearly all the time. */
const AWAKE_WINDOWS = 288;
/** Of a series that awoke in the window: it began it with none that is counted. */
const UNKNOWN_CONTEXT = -1;

const NONE: readonly number[] = [];

interface Awake {
  /** Whose running requests make the context; null for an application. */
  readonly user: ActivitySeries | null;
  readonly prior: ContextRates;
  readonly rates: ContextRates;
  readonly userRow: number | null;
  readonly application: number | null;
  readonly circumstances: Circumstances;
  context: number;
}

/**
 * Walks through a log window by window and knows at each only what had happened before: requests by their start, their
 * ends once these have passed. Whatever it answers is as of the start of `window`.
 */
export class RequestTracker {
  readonly users: ActivitySeries[] = [];
  readonly applications: ActivitySeries[] = [];
  readonly pairs = new Map<number, Pair>();
  readonly all = new ActivitySeries();
  readonly sequence = new Sequence();
  /** Gaps of every user, application and pair: what a series with little history is drawn towards. */
  readonly priors = { user: new GapHistogram(), application: new GapHistogram(), pair: new GapHistogram() };
  /** Applications of each user in the last window, and in the last one with any. */
  readonly recent = new Map<number, readonly number[]>();
  readonly newest: (readonly number[])[] = [];
  /** Users active in the last window, pairs active in it. */
  activeUsers = 0;
  activePairs = 0;
  /** Rates by context of each series, and of all series of its kind. */
  readonly contexts = new Map<ActivitySeries, ContextRates>();
  readonly contextPriors = { user: new ContextRates(), application: new ContextRates(), pair: new ContextRates() };
  /** Series with a request in the last day, and the context in which they began the window. */
  private readonly awake = new Map<ActivitySeries, Awake>();
  /** Learns from every window of a series that is awake, at its end, what it began with. */
  private readonly online = new OnlineLogistic();
  private readonly asked = new Circumstances();
  private nextStart = 0;
  private nextEnd = 0;
  /** First window that isn't closed. */
  window: number;
  readonly firstWindow: number;

  /** @param withContexts whether rates by context are kept, which is most of the walk's work */
  constructor(
    private readonly log: RequestLog,
    private readonly withContexts = true,
  ) {
    this.firstWindow = log.start.length > 0 ? Math.floor(log.start[0] / WINDOW_MINUTES) : 0;
    this.window = this.firstWindow;
    log.users.forEach(() => this.users.push(new ActivitySeries()));
    log.applications.forEach(() => this.applications.push(new ActivitySeries()));
  }

  /** Takes in everything before the start of `window`. */
  advanceTo(window: number): void {
    while (this.window < window) this.closeWindow();
  }

  pair(user: number, application: number): Pair {
    const key = user * PAIR_SPAN + application;
    let pair = this.pairs.get(key);
    if (!pair) {
      pair = { user, application, series: new ActivitySeries() };
      this.pairs.set(key, pair);
    }
    return pair;
  }

  private closeWindow(): void {
    const { log } = this;
    const until = (this.window + 1) * WINDOW_MINUTES;
    this.noteContexts();
    const ran = new Map<number, Set<number>>();
    while (this.nextStart < log.start.length && log.start[this.nextStart] < until) {
      const row = this.nextStart++;
      this.takeStart(row);
      const set = ran.get(log.user[row]);
      if (set) set.add(log.application[row]);
      else ran.set(log.user[row], new Set([log.application[row]]));
    }
    while (this.nextEnd < log.byEnd.length && log.end[log.byEnd[this.nextEnd]] < until) {
      this.takeEnd(log.byEnd[this.nextEnd++]);
    }
    for (const [user, before] of this.recent) this.sequence.learn(user, before, [...(ran.get(user) ?? [])]);
    this.recent.clear();
    this.activePairs = 0;
    for (const [user, set] of ran) {
      this.recent.set(user, [...set]);
      this.newest[user] = [...set];
      this.activePairs += set.size;
    }
    this.activeUsers = ran.size;
    this.learnContexts();
    this.window++;
  }

  ratesOf(series: ActivitySeries): ContextRates {
    let rates = this.contexts.get(series);
    if (!rates) this.contexts.set(series, (rates = new ContextRates()));
    return rates;
  }

  private awaken(
    series: ActivitySeries,
    userRow: number | null,
    application: number | null,
    prior: ContextRates,
  ): void {
    if (!this.withContexts || this.awake.has(series)) return;
    const user = userRow === null ? null : this.users[userRow];
    const circumstances = new Circumstances();
    const rates = this.ratesOf(series);
    this.awake.set(series, { user, userRow, application, prior, rates, circumstances, context: UNKNOWN_CONTEXT });
  }

  /** Log odds of a request in the window by what it begins with; 0 where nothing like it was met. */
  onlineLogOdds(own: ActivitySeries, user: number | null, application: number | null): number {
    this.describe(own, user, application, this.asked);
    return this.online.score(this.asked.features, this.asked.length);
  }

  private describe(own: ActivitySeries, user: number | null, application: number | null, into: Circumstances): void {
    const newest = user === null ? NONE : (this.newest[user] ?? NONE);
    const mine = user === null ? null : this.users[user];
    into.describe({ own, mine, user, application, newest, window: this.window });
  }

  private noteContexts(): void {
    for (const [series, entry] of this.awake) {
      if (this.window - series.lastWindow > AWAKE_WINDOWS) this.awake.delete(series);
      else {
        entry.context = contextOf(series, entry.user !== null && entry.user.running.length > 0, this.window);
        this.describe(series, entry.userRow, entry.application, entry.circumstances);
      }
    }
  }

  private learnContexts(): void {
    for (const [series, { rates, prior, context, circumstances }] of this.awake) {
      if (context === UNKNOWN_CONTEXT) continue;
      const active = series.lastWindow === this.window;
      rates.learn(context, active);
      prior.learn(context, active, 1);
      this.online.learn(circumstances.features, circumstances.length, active);
    }
  }

  private takeStart(row: number): void {
    const { log } = this;
    const minute = log.start[row];
    const { series } = this.pair(log.user[row], log.application[row]);
    startIn(this.users[log.user[row]], minute, this.priors.user);
    startIn(this.applications[log.application[row]], minute, this.priors.application);
    startIn(series, minute, this.priors.pair);
    this.all.start(minute);
    const user = this.users[log.user[row]];
    this.awaken(user, log.user[row], null, this.contextPriors.user);
    this.awaken(this.applications[log.application[row]], null, log.application[row], this.contextPriors.application);
    this.awaken(series, log.user[row], log.application[row], this.contextPriors.pair);
    if (log.end[row] > minute) {
      this.users[log.user[row]].running.push(minute);
      series.running.push(minute);
    }
  }

  private takeEnd(row: number): void {
    const { log } = this;
    if (log.end[row] <= log.start[row]) return;
    this.users[log.user[row]].end(log.start[row], log.end[row]);
    this.pair(log.user[row], log.application[row]).series.end(log.start[row], log.end[row]);
  }
}

const PAIR_SPAN = 2 ** 24;

function startIn(series: ActivitySeries, minute: number, prior: GapHistogram): void {
  if (series.lastMinute >= 0 && minute > series.lastMinute) prior.add(minute - series.lastMinute);
  series.start(minute);
}
