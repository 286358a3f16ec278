import type { GapHistogram } from "../gaps";
import type { ActivitySeries } from "../series";
import type { RequestTracker } from "../tracker";

/** What a row of features is about: one series of requests as of the start of a window. */
export interface Subject {
  readonly tracker: RequestTracker;
  readonly window: number;
  readonly own: ActivitySeries;
  /** Gaps of all series of its kind. */
  readonly prior: GapHistogram;
  /** Row of the user; null where the series is an application's. */
  readonly user: number | null;
  readonly application: number | null;
}

/** A family of features. Adding one to the list in `index.ts` touches nothing else. */
export interface FeatureGroup {
  readonly names: readonly string[];
  write(subject: Subject, out: Float32Array, at: number): void;
}
