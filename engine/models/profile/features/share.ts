import type { FeatureGroup } from "./subject";

const WINDOWS = [12, 288, 2016];

/** An application's part in what its user does: how often it is among it, and for how much of it it hasn't been. */
export const share: FeatureGroup = {
  names: ["userWindowsSince", "userMinutesSince", "userStartsSince", ...WINDOWS.map((n) => `shareOfLast${n}`)],
  write({ own, tracker, window, user, application }, out, at) {
    if (user === null || application === null || own.windows.length === 0) {
      out.fill(-1, at, at + 3 + WINDOWS.length);
      return;
    }
    const mine = tracker.users[user];
    out[at++] = mine.windows.length - mine.windows.below(own.lastWindow + 1);
    out[at++] = mine.minutesSince(own.lastMinute + 1);
    out[at++] = Math.log1p(mine.startsSince(own.lastMinute + 1));
    for (const length of WINDOWS) {
      const since = window - length;
      const all = mine.windows.length - mine.windows.below(since);
      out[at++] = (own.windows.length - own.windows.below(since) + 0.5) / (all + 1);
    }
  },
};
