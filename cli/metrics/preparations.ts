import type { PreparationSummary } from "../../provider/preparation/summary";
import type { Metric } from "./exposition";
import { metric } from "./metrics";

/** How well preparations foresaw requests, and what they held. */
export function preparationMetrics(summaries: readonly PreparationSummary[]): Metric[] {
  if (summaries.length === 0) return [];
  const windows = summaries.flatMap(({ owner, record: { requests, coldStarts, falsePositives } }) => [
    { labels: { resource: owner, result: "hit" }, value: requests - coldStarts },
    { labels: { resource: owner, result: "cold-start" }, value: coldStarts },
    { labels: { resource: owner, result: "false-positive" }, value: falsePositives },
  ]);
  const held = summaries.flatMap(({ owner, overhead }) => [
    { labels: { resource: owner, of: "cpu-mhz" }, value: overhead.cpuMhzHours },
    { labels: { resource: owner, of: "memory-mib" }, value: overhead.memoryMibHours },
    { labels: { resource: owner, of: "datastore-gib" }, value: overhead.datastoreGibHours },
  ]);
  return [metric("preparation_windows", ...windows), metric("preparation_overhead", ...held)];
}
