import { METRICS, type MetricId } from "../../engine/telemetry/schema";
import { aggregateTags } from "../../engine/telemetry/tags";
import type { Influx1 } from "../../test/testbed";
import type { Scenario } from "../month/scenario";
import type { SampleSink } from "../month/run-month";
import { STEP } from "../month/scenario";

const LINES_A_REQUEST = 10_000;

/** Samples as rows of Telegraf's schema: kept until they are flushed into an InfluxDB. */
export class InfluxWriter implements SampleSink {
  private lines: string[] = [];
  /** By metric and row: measurement and tags. */
  private readonly heads = new Map<MetricId, string[]>();

  constructor(
    private readonly influx: Influx1,
    private readonly scenario: Scenario,
    private readonly vcenter: string,
  ) {}

  write(slot: number, metric: MetricId, values: ArrayLike<number>): void {
    const { field, scale } = METRICS[metric];
    const heads = this.headsOf(metric);
    const time = this.scenario.start + slot * STEP;
    for (let row = 0; row < values.length; row++) {
      // What wasn't collected has no row.
      if (Number.isNaN(values[row])) continue;
      this.lines.push(`${heads[row]} ${field}=${values[row] / scale} ${time}`);
    }
  }

  async flush(): Promise<void> {
    const { url, database } = this.influx;
    const lines = this.lines;
    this.lines = [];
    for (let from = 0; from < lines.length; from += LINES_A_REQUEST) {
      const body = lines.slice(from, from + LINES_A_REQUEST).join("\n");
      const answer = await fetch(`${url}/write?db=${database}&precision=s`, { method: "POST", body });
      if (!answer.ok) throw new Error(`InfluxDB took no rows: ${answer.status} ${await answer.text()}`);
    }
  }

  private headsOf(metric: MetricId): string[] {
    const known = this.heads.get(metric);
    if (known) return known;
    const { kind, measurement, instanceTags } = METRICS[metric];
    const entities = kind === "vm" ? this.scenario.vms : this.scenario.snapshot.hosts;
    const made = entities.map(({ id, name }) => {
      const tags = aggregateTags({ kind, vcenter: this.vcenter, moid: id, name }, instanceTags);
      return [measurement, ...Object.entries(tags).map(([key, value]) => `${key}=${value}`)].join(",");
    });
    this.heads.set(metric, made);
    return made;
  }
}
