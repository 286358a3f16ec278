import { GapHistogram } from "./gaps";
import { GrowableInts } from "./growable";

export const WINDOW_MINUTES = 5;

/** Minutes without a request after which the next one opens a new visit. */
const VISIT_BREAK = 3;
/** Onsets of visits that regularity is read from. */
export const ONSETS = 8;
/** Time constants of the decayed activity, in windows: 15 minutes, an hour, 4 hours, a day. */
export const DECAYS = [3, 12, 48, 288] as const;
/** Lengths of the gap before, in minutes, that tell apart what the next gap is like. */
const GAP_CLASSES = [2, 6, 30, 180] as const;

/** What is known of one series of requests (a user's, an application's, a pair's) up to now. Only ever told the past. */
export class ActivitySeries {
  /** Windows and minutes with at least one request, ascending. */
  readonly windows = new GrowableInts();
  readonly minutes = new GrowableInts();
  /** Requests up to and with the minute of the same index. */
  private readonly starts = new GrowableInts();
  readonly onsets = new GrowableInts();
  readonly gaps = new GapHistogram();
  readonly gapsAfter = GAP_CLASSES.map(() => new GapHistogram()).concat(new GapHistogram());
  gapClass = 0;
  /** Start minutes of the requests that are running. */
  readonly running: number[] = [];
  lastEnd = -1;
  private readonly decayed = new Float64Array(DECAYS.length);

  /** A request that started at `minute`, none before the last one told. */
  start(minute: number): void {
    const { minutes, windows, starts } = this;
    const n = minutes.length;
    if (n > 0 && minutes.at(n - 1) === minute) {
      starts.set(n - 1, starts.at(n - 1) + 1);
      return;
    }
    if (n > 0) this.endGap(minute - minutes.at(n - 1));
    if (n === 0 || minute - minutes.at(n - 1) > VISIT_BREAK) this.onsets.push(minute);
    minutes.push(minute);
    starts.push((n > 0 ? starts.at(n - 1) : 0) + 1);
    const window = Math.floor(minute / WINDOW_MINUTES);
    const last = windows.length > 0 ? windows.at(windows.length - 1) : -1;
    if (window === last) return;
    for (let i = 0; i < DECAYS.length; i++) {
      const past = last < 0 ? 0 : this.decayed[i] * Math.exp((last - window) / DECAYS[i]);
      this.decayed[i] = past + 1 - Math.exp(-1 / DECAYS[i]);
    }
    windows.push(window);
  }

  private endGap(minutes: number): void {
    this.gaps.add(minutes);
    this.gapsAfter[this.gapClass].add(minutes);
    const longer = GAP_CLASSES.findIndex((limit) => minutes < limit);
    this.gapClass = longer < 0 ? GAP_CLASSES.length : longer;
  }

  end(startedAt: number, minute: number): void {
    const at = this.running.indexOf(startedAt);
    if (at >= 0) {
      this.running[at] = this.running[this.running.length - 1];
      this.running.pop();
    }
    this.lastEnd = Math.max(this.lastEnd, minute);
  }

  get lastMinute(): number {
    return this.minutes.length > 0 ? this.minutes.at(this.minutes.length - 1) : -1;
  }

  get lastWindow(): number {
    return this.windows.length > 0 ? this.windows.at(this.windows.length - 1) : -1;
  }

  /** Windows with a request in [from, to). */
  windowsIn(from: number, to: number): number {
    return this.windows.below(to) - this.windows.below(from);
  }

  /** Minutes with a request since `from`, it included. */
  minutesSince(from: number): number {
    return this.minutes.length - this.minutes.below(from);
  }

  /** Requests since the minute `from`, it included. */
  startsSince(from: number): number {
    const n = this.minutes.length;
    if (n === 0) return 0;
    const before = this.minutes.below(from);
    return this.starts.at(n - 1) - (before > 0 ? this.starts.at(before - 1) : 0);
  }

  /** Activity decayed with the time constant of that index, as of the start of `window`; 1 if it never paused. */
  decayedAt(index: number, window: number): number {
    const last = this.lastWindow;
    return last < 0 ? 0 : this.decayed[index] * Math.exp((last + 1 - window) / DECAYS[index]);
  }
}
