/**
 * Figures that the failure probability rests on. Those marked LANL were counted in Los Alamos' failure records
 * 1996–2005 (LA-UR-05-7318; 20,455 failures): systems of at least 100 nodes, nodes against the mean node of their
 * system. Those marked "chosen" are judgement until a journal of failures can train them.
 */

/** Failures per host and day: LANL, lower quartile over systems (they range from 0.0008 to 0.008). */
export const BASE_RATE_PER_DAY = 0.0014;

/** How much likelier a failure is this long after the last one; LANL. */
export const AFTER_RESTART: readonly { readonly withinHours: number; readonly odds: number }[] = [
  { withinHours: 24, odds: 28 },
  { withinHours: 72, odds: 8.6 },
  { withinHours: 168, odds: 4.7 },
  { withinHours: 336, odds: 2.9 },
];

/** Deviations up to here are everyday; chosen. */
export const NOTABLE_Z = 3;
/** Deviations beyond NOTABLE_Z + this raise the odds no further. */
export const MAX_EXCESS_Z = 8;
/** Log odds per deviation beyond NOTABLE_Z: at most 55 times for latency, 16 times for errors; chosen. */
export const LATENCY_LOG_ODDS = 0.5;
export const ERRORS_LOG_ODDS = 0.6;

/** A host silent while its peers report; chosen. */
export const SILENT_ODDS = 10;
/** vCenter has lost the host; chosen. */
export const LOST_ODDS = 200;

/** No evidence makes a failure certain. */
export const MAX_PROBABILITY = 0.9;

/** Probability of at least one failure within the horizon for a host with nothing against it. */
export function baseProbability(horizonHours: number): number {
  return 1 - Math.exp((-BASE_RATE_PER_DAY * horizonHours) / 24);
}
