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

/** Share of failures that a signal announces; chosen. */
export const ANNOUNCED = 0.5;
/** Below these odds a signal is everyday; chosen. */
export const NOTABLE_ODDS = 10;
/** No signal says more than this, however seldom it is: it may be of something that a host survives; chosen. */
export const MAX_SIGNAL_ODDS = 55;

/** A host silent while its peers report; chosen. */
export const SILENT_ODDS = 10;
/** vCenter has lost the host; chosen. */
export const LOST_ODDS = 200;

/** No evidence makes a failure certain. */
export const MAX_PROBABILITY = 0.9;

/**
 * Failures per host and day, after what the cluster has shown: systems differ by ten times, so what LANL's were like counts as
 * one failure seen, and each of the cluster's own as one more (a gamma prior's mean, given Poisson counts).
 * @param failures of hosts that had not failed in the week before, for those that had are counted by AFTER_RESTART
 */
export const rateAfter = (failures: number, hostDays: number): number =>
  (1 + failures) / (1 / BASE_RATE_PER_DAY + hostDays);

/** Probability of at least one failure within the horizon for a host with nothing against it. */
export function baseProbability(horizonHours: number, perDay = BASE_RATE_PER_DAY): number {
  return 1 - Math.exp((-perDay * horizonHours) / 24);
}
