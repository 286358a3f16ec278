import type { MetricId } from "../../engine/telemetry/schema";
import type { Extent, Series, SeriesQuery, TelemetrySource } from "../../engine/telemetry/source";

/**
 * Telemetry that is made or fetched once and then stays in memory: the same question gets the same series again, so
 * that a benchmark's clock can leave out what `source` takes.
 */
export class RecordedTelemetry implements TelemetrySource {
  private readonly answers = new Map<string, Series[]>();
  /** What `source` has taken so far, in milliseconds: of the clock, and of the processor. */
  readonly spent = { elapsed: 0, processor: 0 };

  constructor(private readonly source: TelemetrySource) {}

  get name(): string {
    return this.source.name;
  }

  async *series(query: SeriesQuery, signal?: AbortSignal): AsyncGenerator<Series> {
    const key = JSON.stringify(query);
    let known = this.answers.get(key);
    if (!known) {
      known = [];
      const started = performance.now();
      const before = process.cpuUsage();
      for await (const series of this.source.series(query, signal)) known.push(series);
      const { user, system } = process.cpuUsage(before);
      this.spent.elapsed += performance.now() - started;
      this.spent.processor += (user + system) / 1000;
      this.answers.set(key, known);
    }
    for (const series of known) {
      signal?.throwIfAborted();
      yield series;
    }
  }

  extents(query: Omit<SeriesQuery, "metrics"> & { metric: MetricId }, signal?: AbortSignal): Promise<Extent[]> {
    return this.source.extents(query, signal);
  }

  close(): Promise<void> {
    return this.source.close();
  }
}
