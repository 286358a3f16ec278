import { AffinityError } from "../errors";
import { InfluxClient, type InfluxSettings } from "../telemetry/influx-client";
import type { MirrorPoint, MirrorTarget } from "./mirror";

/** An InfluxDB, 1 or 2, as the place where the journal is copied to. */
export class InfluxMirror implements MirrorTarget {
  private readonly client: InfluxClient;

  /** @throws AffinityError SETTINGS_INVALID */
  constructor(settings: InfluxSettings) {
    this.client = new InfluxClient(settings);
  }

  /** What the server refuses for good is left out: it must not hold up what comes after. */
  async write(points: readonly MirrorPoint[], signal?: AbortSignal): Promise<void> {
    try {
      await this.client.write(points.map(writable), signal);
    } catch (error) {
      if (!(error instanceof AffinityError) || error.code !== "TELEMETRY_WRITE_REFUSED") throw error;
      if (points.length === 1) return;
      const middle = points.length >> 1;
      await this.write(points.slice(0, middle), signal);
      await this.write(points.slice(middle), signal);
    }
  }

  close(): void {
    this.client.close();
  }
}

/** The line protocol knows no empty tags, none with line feeds, and none that ends in a backslash. */
const writable = (point: MirrorPoint): MirrorPoint => {
  const tags = Object.entries(point.tags)
    .map(([name, value]): [string, string] => [name, value.replace(/[\r\n]+/g, " ").replace(/\\+$/, "")])
    .filter(([, value]) => value !== "");
  return { ...point, tags: Object.fromEntries(tags) };
};
