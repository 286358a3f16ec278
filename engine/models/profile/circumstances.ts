import { contextOf } from "./context-rates";
import type { ActivitySeries } from "./series";

/** Applications that are looked at: a script may start dozens in a window. */
const MOST_APPLICATIONS = 24;
/** For so many windows after the user's last one it matters what was run in it. */
const REMEMBERED = 6;
/** Features of a row at most. */
const MOST_FEATURES = 16 + 2 * MOST_APPLICATIONS;
const HOUR = 12;
const DAY = 288;

/** What a window of a subject begins with. */
export interface Begun {
  readonly own: ActivitySeries;
  /** The user's series and row; null where the subject is an application. */
  readonly mine: ActivitySeries | null;
  readonly user: number | null;
  readonly application: number | null;
  /** Applications of the user's last window with any. */
  readonly newest: readonly number[];
  readonly window: number;
}

/** A row of sparse features, each by its hash. */
export class Circumstances {
  readonly features = new Int32Array(MOST_FEATURES);
  length = 0;

  /**
   * Silence, the user's silence, the hour, and each application that the user ran last, crossed with the subject, with
   * its application and with its kind: a rare subject follows its application, an unknown application its kind.
   */
  describe({ own, mine, user, application, newest, window }: Begun): void {
    this.length = 0;
    const kind = (user === null ? 1 : 0) + (application === null ? 2 : 0);
    const ofApplication = hash(kind + 11, application ?? -1);
    const ofSubject = hash(hash(kind + 17, user ?? -1), application ?? -1);
    const ofKind = hash(kind, 5);
    const silence = contextOf(own, own.running.length > 0, window);
    const usersSilence = mine === null ? 0 : contextOf(mine, mine.running.length > 0, window);
    const hour = Math.floor((window % DAY) / HOUR);
    for (const of of [ofKind, ofApplication, ofSubject]) {
      this.add(of, 1, 0);
      this.add(of, 2, silence);
      this.add(of, 3, usersSilence);
      this.add(of, 4, hour);
    }
    this.add(ofKind, 5, silence * 64 + usersSilence);
    this.add(ofApplication, 5, silence * 64 + usersSilence);
    this.add(ofSubject, 6, silence * 2 + (usersSilence < 6 ? 1 : 0));
    const since = mine === null ? Infinity : window - 1 - mine.lastWindow;
    if (since > REMEMBERED) return;
    // What ran in the very last window tells of other things than what ran before a pause.
    const what = since === 0 ? 7 : 8;
    for (let i = 0; i < newest.length && i < MOST_APPLICATIONS; i++) {
      this.add(ofApplication, what, newest[i]);
      this.add(ofSubject, what, newest[i]);
    }
  }

  private add(of: number, what: number, value: number): void {
    this.features[this.length++] = hash(hash(of, what), value);
  }
}

function hash(a: number, b: number): number {
  let z = (Math.imul(a, 0x9e3779b1) + Math.imul(b + 1, 0x85ebca6b)) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}
