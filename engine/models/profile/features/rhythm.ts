import { HAZARD_WEIGHT, SILENT, idleHazard, idleMinutes, priorHazard } from "../hazard";
import { ONSETS, WINDOW_MINUTES } from "../series";
import { medianOfFirst } from "../../statistics";
import type { FeatureGroup } from "./subject";

/** Periods in windows that jobs are started at: 10, 15, 20, 30 minutes, an hour. */
const LAGS = [2, 3, 4, 6, 12];
const REPEATS = 12;

/** Idle-time hazards and the regularity of onsets: the clock of jobs that start by themselves. */
export const rhythm: FeatureGroup = {
  names: [
    "hazard",
    "hazardAfterSuch",
    "priorHazard",
    "gapsSeen",
    ...LAGS.map((lag) => `every${lag}`),
    "onsetMedian",
    "onsetSpread",
    "onsetDue",
    "lastOnset",
    "onsetHits",
  ],
  write({ own, window, prior }, out, at) {
    const minute = window * WINDOW_MINUTES;
    const hazard = idleHazard({ own, window, prior });
    out[at++] = hazard;
    out[at++] = own.gapsAfter[own.gapClass].hazard(idleMinutes(own, window), WINDOW_MINUTES, hazard, HAZARD_WEIGHT);
    out[at++] = priorHazard({ own, window, prior });
    out[at++] = Math.log1p(own.gaps.count);
    for (const lag of LAGS) {
      let hits = 0;
      for (let i = 1; i <= REPEATS; i++) hits += own.windowsIn(window - i * lag, window - i * lag + 1);
      out[at++] = hits / REPEATS;
    }
    onsets(own.onsets, minute, out, at);
  },
};

const gaps = new Float64Array(ONSETS);
const deviations = new Float64Array(ONSETS);

function onsets(
  list: { length: number; at(index: number): number },
  minute: number,
  out: Float32Array,
  at: number,
): void {
  const n = Math.min(ONSETS, list.length - 1);
  const last = list.length > 0 ? minute - list.at(list.length - 1) : SILENT;
  if (n < 2) {
    out.fill(-1, at, at + 5);
    out[at + 3] = last;
    return;
  }
  const fill = () => {
    for (let i = 0; i < n; i++) gaps[i] = list.at(list.length - 1 - i) - list.at(list.length - 2 - i);
  };
  fill();
  let hits = 0;
  for (let i = 0; i < n; i++) if (gaps[i] >= last && gaps[i] < last + WINDOW_MINUTES) hits++;
  const middle = medianOfFirst(gaps, n);
  fill();
  for (let i = 0; i < n; i++) deviations[i] = Math.abs(gaps[i] - middle);
  out[at] = middle;
  out[at + 1] = medianOfFirst(deviations, n) / middle;
  out[at + 2] = Math.max(-30, Math.min(120, middle - last));
  out[at + 3] = last;
  out[at + 4] = hits / n;
}
