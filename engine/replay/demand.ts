import type { Grid } from "../telemetry/source";

/**
 * CPU demand that was recorded, MHz, [VM][slot of the grid]. A slot without a sample is NaN: the replay holds the value
 * before it, as a host would see it, and counts the time for which it did.
 */
export interface RecordedDemand {
  readonly grid: Grid;
  /** Managed object ids, in the order of `cpuMhz`. */
  readonly ids: readonly string[];
  readonly cpuMhz: readonly Float64Array[];
}

/** What was recorded before slot `end`, copied, so that nobody finds the future behind a view of it. */
export function recordedBefore(demand: RecordedDemand, end: number, most = Infinity): RecordedDemand {
  const first = Math.max(0, end - most);
  const { start, step } = demand.grid;
  return {
    grid: { start: start + first * step, step, length: end - first },
    ids: demand.ids,
    cpuMhz: demand.cpuMhz.map((values) => values.slice(first, end)),
  };
}
