import type { FeatureGroup } from "./subject";

const DAY = 288;
const WEEK = 2016;
const BANDS = [0, 1, 3, 6, 18];
const DAYS = 14;
/** Weight of a day against the day after it. */
const FADE = 0.8;

/** Activity at the same time of earlier days and weeks, and of today. */
export const calendar: FeatureGroup = {
  names: [
    ...BANDS.map((band) => `daysNear${band}`),
    "fadedDaysNear1",
    "fadedDaysNear6",
    "yesterday",
    "yesterdayNext",
    "dayBefore",
    "weekAgoNear1",
    "weekAgoNear6",
    "activeDays",
    "today",
    "sinceFirstToday",
    "yesterdayAhead",
    "weekAgoAhead",
    "timeOfDay",
    "dayOfWeek",
  ],
  write({ own, window, tracker }, out, at) {
    const days = Math.min(DAYS, Math.floor((window - tracker.firstWindow) / DAY));
    let [faded1, faded6, weight, active] = [0, 0, 0, 0];
    const near = [0, 0, 0, 0, 0];
    for (let day = 1; day <= days && own.windows.length > 0; day++) {
      const then = window - day * DAY;
      if (own.windowsIn(then - 144, then + 144) === 0) continue;
      active++;
      const fade = FADE ** day;
      for (let i = 0; i < BANDS.length; i++) {
        const count = own.windowsIn(then - BANDS[i], then + BANDS[i] + 1);
        near[i] += count;
        if (i === 1) faded1 += fade * count;
        if (i === 3) faded6 += fade * count;
      }
    }
    for (let day = 1; day <= days; day++) weight += FADE ** day;
    for (let i = 0; i < BANDS.length; i++) out[at++] = near[i] / Math.max(1, days) / (2 * BANDS[i] + 1);
    out[at++] = faded1 / Math.max(0.8, weight) / 3;
    out[at++] = faded6 / Math.max(0.8, weight) / 13;
    out[at++] = own.windowsIn(window - DAY, window - DAY + 1);
    out[at++] = own.windowsIn(window - DAY + 1, window - DAY + 2);
    out[at++] = own.windowsIn(window - 2 * DAY, window - 2 * DAY + 1);
    out[at++] = own.windowsIn(window - WEEK - 1, window - WEEK + 2);
    out[at++] = own.windowsIn(window - WEEK - 6, window - WEEK + 7);
    out[at++] = active / Math.max(1, days);
    const midnight = window - (window % DAY);
    const before = own.windows.below(midnight);
    out[at++] = own.windows.length - before;
    out[at++] = own.windows.length > before ? window - own.windows.at(before) : -1;
    out[at++] = own.windowsIn(window - DAY, window - DAY + 12);
    out[at++] = own.windowsIn(window - WEEK, window - WEEK + 12);
    out[at++] = window % DAY;
    out[at++] = Math.floor(window / DAY) % 7;
  },
};
