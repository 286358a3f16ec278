import type { RequestPrediction } from "./predict-requests";

/** What a request costs that finds nothing prepared, and what preparing for one that doesn't come; one unit for both. */
export interface PreparationCosts {
  readonly coldStart: number;
  readonly waste: number;
}

/** Of the design: prepare where a request is more likely than this. */
export const PREPARATION_THRESHOLD = 0.7;

/**
 * The probability from which preparing costs less than not: p x coldStart > (1 - p) x waste.
 * @throws RangeError where a cost is negative or both are zero
 */
export function preparationThreshold({ coldStart, waste }: PreparationCosts): number {
  if (!(coldStart >= 0 && waste >= 0 && coldStart + waste > 0))
    throw new RangeError(`costs of ${coldStart} and ${waste}`);
  return waste / (waste + coldStart);
}

export interface Preparation {
  readonly key: string;
  readonly probability: number;
  /** Ids, the best first. */
  readonly hosts: readonly string[];
  readonly expectedVolumeMb: number | null;
}

/** What to prepare for the next window, and where: the `hostCount` preferred hosts of each key above the threshold. */
export function planPreparations(
  predictions: readonly RequestPrediction[],
  { threshold = PREPARATION_THRESHOLD, hostCount = 1 }: { threshold?: number; hostCount?: number } = {},
): Preparation[] {
  return predictions
    .filter(({ probability }) => probability > threshold)
    .map(({ key, probability, preferredHosts, expectedVolumeMb }) => ({
      key,
      probability,
      hosts: preferredHosts.slice(0, hostCount).map(({ host }) => host),
      expectedVolumeMb,
    }));
}

/** How preparations did, window by window. */
export interface PreparationRecord {
  /** Windows with a request, and those of them that nothing was prepared for. */
  readonly requests: number;
  readonly coldStarts: number;
  readonly prepared: number;
  /** Prepared windows without a request: the overhead. */
  readonly falsePositives: number;
}

/** Adds one window to the record: which keys were prepared, and which asked. */
export function judgePreparations(
  record: PreparationRecord,
  prepared: ReadonlySet<string>,
  requested: ReadonlySet<string>,
): PreparationRecord {
  const hits = [...requested].filter((key) => prepared.has(key)).length;
  return {
    requests: record.requests + requested.size,
    coldStarts: record.coldStarts + requested.size - hits,
    prepared: record.prepared + prepared.size,
    falsePositives: record.falsePositives + prepared.size - hits,
  };
}

export const NO_PREPARATIONS: PreparationRecord = { requests: 0, coldStarts: 0, prepared: 0, falsePositives: 0 };
