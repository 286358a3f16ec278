import { createRandom } from "../../engine/random";
import type { MetricId } from "../../engine/telemetry/schema";
import type { Extent, Series, SeriesQuery, TelemetrySource } from "../../engine/telemetry/source";

const DAY = 86_400;
/** For how long, and how much above its own, the failing host's disk latency stands. */
const FAILING_HOURS = 12;
const FAILING_FACTOR = 60;

export interface Noise {
  readonly seed: number;
  /** Standard deviation of a sample, as a share of its value. */
  readonly share: number;
  /** Id of a host whose disk is failing. */
  readonly failing?: string;
}

/** The same telemetry collected anew: every sample of the newest day, of every series, is off by noise of its own. */
export class NoisyTelemetry implements TelemetrySource {
  readonly name: string;

  constructor(
    private readonly source: TelemetrySource,
    private readonly noise: Noise,
  ) {
    this.name = source.name;
  }

  async *series(query: SeriesQuery, signal?: AbortSignal): AsyncGenerator<Series> {
    const { seed, share, failing } = this.noise;
    const { step, length } = query.grid;
    const newest = length - Math.round(DAY / step);
    const sick = length - Math.round((FAILING_HOURS * 3600) / step);
    for await (const series of this.source.series(query, signal)) {
      const random = createRandom(seed, series.entity, series.metric);
      const fails = series.entity === failing && series.metric === "hostDiskLatencyMs";
      yield {
        ...series,
        values: series.values.map((value, i) => {
          // What counts up has no noise: a host that falls back in uptime has restarted.
          if (i < newest || series.metric === "hostUptimeSeconds") return value;
          const noisy = value * Math.max(0, 1 + share * random.normal());
          return fails && i >= sick ? noisy * FAILING_FACTOR : noisy;
        }),
      };
    }
  }

  extents(query: Omit<SeriesQuery, "metrics"> & { metric: MetricId }, signal?: AbortSignal): Promise<Extent[]> {
    return this.source.extents(query, signal);
  }

  close(): Promise<void> {
    return this.source.close();
  }
}
