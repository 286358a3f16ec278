import { subscribe } from "node:diagnostics_channel";
import { openTelemetry, type SeriesQuery, type TelemetrySettings } from "../../engine/telemetry";

/** What one reading took, of this process alone. */
export interface Reading {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly maxRssMb: number;
  /** Before the first query: what the modules take. */
  readonly idleRssMb: number;
  readonly series: number;
  /** Slots that hold a mean, and the sum of the means, so that servers can be compared. */
  readonly means: number;
  readonly sum: number;
  readonly requests: number;
}

/** Reads a query in a process of its own, so that its memory is that of the reader and of nothing else. */
async function main(settings: TelemetrySettings, query: SeriesQuery): Promise<Reading> {
  let requests = 0;
  subscribe("http.client.request.start", () => requests++);
  const source = await openTelemetry(settings);
  const idleRssMb = rssMb(process.memoryUsage.rss() / 1024);
  const [started, before] = [performance.now(), process.cpuUsage()];
  let [series, means, sum] = [0, 0, 0];
  for await (const { values } of source.series(query)) {
    series++;
    for (const value of values) {
      if (Number.isNaN(value)) continue;
      means++;
      sum += value;
    }
  }
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  await source.close();
  const maxRssMb = rssMb(process.resourceUsage().maxRSS);
  return { seconds, cpuSeconds: (user + system) / 1e6, maxRssMb, idleRssMb, series, means, sum, requests };
}

const rssMb = (kilobytes: number): number => Math.round(kilobytes / 1024);

process.once("message", ({ settings, query }: { settings: TelemetrySettings; query: SeriesQuery }) => {
  main(settings, query).then(
    (reading) => process.send!(reading, () => process.disconnect()),
    (error: unknown) => {
      process.stderr.write(`${(error as { describe?: () => string }).describe?.() ?? String(error)}\n`);
      process.exit(1);
    },
  );
});
