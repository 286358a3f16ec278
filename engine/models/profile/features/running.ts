import { SILENT } from "../hazard";
import { type ActivitySeries, WINDOW_MINUTES } from "../series";
import type { FeatureGroup } from "./subject";

/** What runs now, and for how long it has: a session that is open, a job that isn't over. */
export const running: FeatureGroup = {
  names: [...["own", "user"].flatMap((who) => ["Running", "Oldest", "Youngest", "SinceEnd"].map((what) => who + what))],
  write({ own, tracker, window, user }, out, at) {
    write(own, window, out, at);
    write(user === null ? own : tracker.users[user], window, out, at + 4);
  },
};

function write(series: ActivitySeries, window: number, out: Float32Array, at: number): void {
  const minute = window * WINDOW_MINUTES;
  let [oldest, youngest] = [minute + 1, -1];
  for (const start of series.running) {
    oldest = Math.min(oldest, start);
    youngest = Math.max(youngest, start);
  }
  out[at] = series.running.length;
  out[at + 1] = minute - oldest;
  out[at + 2] = youngest < 0 ? -1 : minute - youngest;
  out[at + 3] = series.lastEnd < 0 ? SILENT : minute - series.lastEnd;
}
