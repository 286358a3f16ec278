import { idleMinutes } from "../hazard";
import { DECAYS, WINDOW_MINUTES } from "../series";
import type { FeatureGroup } from "./subject";

const WINDOWS = [1, 2, 3, 6, 12, 36, 144, 288, 2016];
const MINUTES = [5, 15, 60];

/** How long it has been silent, and how much it did of late. */
export const recency: FeatureGroup = {
  names: [
    "idleMinutes",
    "idleWindows",
    "gapBefore",
    ...WINDOWS.map((n) => `windowsOfLast${n}`),
    ...MINUTES.map((n) => `minutesOfLast${n}`),
    ...MINUTES.map((n) => `startsInLast${n}`),
    "rate",
    ...DECAYS.map((n) => `decayed${n}`),
  ],
  write({ own, window, tracker }, out, at) {
    const minute = window * WINDOW_MINUTES;
    const n = own.windows.length;
    out[at++] = idleMinutes(own, window);
    out[at++] = n > 0 ? window - 1 - own.lastWindow : 5000;
    out[at++] = n > 1 ? own.lastWindow - own.windows.at(n - 2) : 5000;
    for (const length of WINDOWS) out[at++] = n - own.windows.below(window - length);
    for (const length of MINUTES) out[at++] = own.minutesSince(minute - length);
    for (const length of MINUTES) out[at++] = Math.log1p(own.startsSince(minute - length));
    out[at++] = n / Math.max(1, window - tracker.firstWindow);
    for (let i = 0; i < DECAYS.length; i++) out[at++] = own.decayedAt(i, window);
  },
};
