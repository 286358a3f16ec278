import type { GapHistogram } from "../gaps";
import { idleHazard, idleMinutes } from "../hazard";
import { type ActivitySeries, WINDOW_MINUTES } from "../series";
import type { FeatureGroup } from "./subject";

const NOBODY = -1;

/** What the same user and the same application do otherwise, and the system as a whole. */
export const company: FeatureGroup = {
  names: [
    ...["user", "application"].flatMap((who) =>
      ["IdleMinutes", "MinutesOfLast5", "MinutesOfLast15", "StartsInLast5", "WindowsOfLast12", "Hazard", "Decayed"].map(
        (what) => who + what,
      ),
    ),
    "activeUsers",
    "activePairs",
    "startsInLast5OfAll",
    "startsInLast60OfAll",
  ],
  write({ tracker, window, user, application }, out, at) {
    at = write(user === null ? null : tracker.users[user], tracker.priors.user, window, out, at);
    at = write(
      application === null ? null : tracker.applications[application],
      tracker.priors.application,
      window,
      out,
      at,
    );
    const minute = window * WINDOW_MINUTES;
    out[at++] = tracker.activeUsers;
    out[at++] = tracker.activePairs;
    out[at++] = Math.log1p(tracker.all.startsSince(minute - 5));
    out[at++] = Math.log1p(tracker.all.startsSince(minute - 60));
  },
};

function write(
  series: ActivitySeries | null,
  prior: GapHistogram,
  window: number,
  out: Float32Array,
  at: number,
): number {
  if (!series) {
    out.fill(NOBODY, at, at + 7);
    return at + 7;
  }
  const minute = window * WINDOW_MINUTES;
  out[at++] = idleMinutes(series, window);
  out[at++] = series.minutesSince(minute - 5);
  out[at++] = series.minutesSince(minute - 15);
  out[at++] = Math.log1p(series.startsSince(minute - 5));
  out[at++] = series.windows.length - series.windows.below(window - 12);
  out[at++] = idleHazard({ own: series, prior, window });
  out[at++] = series.decayedAt(1, window);
  return at;
}
