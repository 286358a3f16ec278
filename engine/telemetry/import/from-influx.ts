import { batches, sortedUnique } from "../batches";
import { InfluxClient, type InfluxSeries } from "../influx-client";
import { askOfAll, Parts } from "../influx-parts";
import { edgeTimeQuery, entitiesQuery, fieldsQuery, measurementsQuery, samplesQuery } from "../influxql";
import type { TelemetryWriter } from "../writer";
import { fieldInScope, measurementInScope } from "./scope";
import type { Tally } from "./tally";
import type { ImportOptions, ImportSource } from "./types";

type InfluxSource = Extract<ImportSource, { influx: unknown }>;

const MICROS = 1e6;
const ENTITIES = 200;
/** Numbers that one answer should hold: the window grows and shrinks after this. */
const WANTED = 200_000;
const FIRST_WINDOW = 3600 * MICROS;
const LEAST_WINDOW = 60 * MICROS;
const LEAST_SPAN = MICROS;

/** Copies raw samples out of InfluxDB: by measurement, by entities, by windows of time. */
export async function importInflux(
  source: InfluxSource,
  writer: TelemetryWriter,
  tally: Tally,
  options: ImportOptions,
): Promise<void> {
  const client = new InfluxClient(source.influx);
  try {
    const scope = options.scope ?? "metrics";
    const names = await column(client, measurementsQuery(), 0, options.signal);
    const measurements = names.filter((name) => measurementInScope(scope, name)).sort();
    for (const [index, measurement] of measurements.entries()) {
      const copy = new MeasurementCopy(client, measurement, writer, tally, options);
      await copy.run(source, (part) => options.onProgress?.(index + part, measurements.length, measurement));
    }
  } finally {
    client.close();
  }
}

class MeasurementCopy {
  private window = FIRST_WINDOW;

  constructor(
    private readonly client: InfluxClient,
    private readonly measurement: string,
    private readonly writer: TelemetryWriter,
    private readonly tally: Tally,
    private readonly options: ImportOptions,
  ) {}

  async run(source: InfluxSource, onProgress: (part: number) => void): Promise<void> {
    const { signal, vcenter } = this.options;
    const fields = await this.fields();
    const found = await column(this.client, entitiesQuery([this.measurement], vcenter), 1, signal);
    // "" finds the rows without the tag.
    const names = sortedUnique([...found, ""]);
    const bounds = fields.length > 0 ? await this.bounds(source, fields, names) : undefined;
    if (!bounds) return onProgress(1);
    const groups = [...batches(names, ENTITIES)];
    const parts = new Parts(ENTITIES, bounds.to - bounds.from, LEAST_SPAN);
    for (const [index, entities] of groups.entries()) {
      for (let from = bounds.from; from < bounds.to;) {
        const to = Math.min(bounds.to, from + this.window);
        let numbers = 0;
        await parts.ask({ entities, from, to }, async (part) => {
          const query = samplesQuery({ measurement: this.measurement, vcenter, ...part }, fields);
          numbers += this.take(await this.client.query(query, "u", signal), fields);
        });
        await this.writer.settle();
        from = to;
        this.adapt(numbers);
        onProgress((index + (to - bounds.from) / (bounds.to - bounds.from)) / groups.length);
      }
    }
  }

  private async fields(): Promise<string[]> {
    const series = await this.client.query(fieldsQuery(this.measurement), "u", this.options.signal);
    const names: string[] = [];
    for (const [name, type] of series.flatMap(({ values }) => values)) {
      if (!fieldInScope(this.options.scope ?? "metrics", this.measurement, String(name))) continue;
      if (type === "string" || type === "boolean") this.tally.textFields++;
      else names.push(String(name));
    }
    return sortedUnique(names);
  }

  /** Microseconds of the first sample to after the last one, inside what is asked for. */
  private async bounds(
    source: InfluxSource,
    fields: readonly string[],
    names: readonly string[],
  ): Promise<{ from: number; to: number } | undefined> {
    const { measurement } = this;
    const { signal, vcenter } = this.options;
    let [first, last] = [Infinity, -Infinity];
    await askOfAll(
      ENTITIES,
      () => Promise.resolve(names),
      async (entities) => {
        const edges = fields.flatMap((field) =>
          (["first", "last"] as const).map((edge) => edgeTimeQuery({ measurement, vcenter, entities }, field, edge)),
        );
        const answers = await Promise.all(edges.map((query) => this.client.query(query, "u", signal)));
        for (const [time] of answers.flat().flatMap(({ values }) => values)) {
          first = Math.min(first, Number(time));
          last = Math.max(last, Number(time));
        }
      },
    );
    const from = Math.max((source.from ?? -Infinity) * MICROS, first);
    const to = Math.min((source.to ?? Infinity) * MICROS, last + 1);
    return from < to ? { from, to } : undefined;
  }

  private take(found: readonly InfluxSeries[], fields: readonly string[]): number {
    const fieldIds = fields.map((field) => this.writer.fieldId(this.measurement, field));
    let numbers = 0;
    for (const { tags = {}, values } of found) {
      const present = Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== ""));
      const series = this.writer.seriesId(this.measurement, present);
      for (const row of values) {
        const micros = Number(row[0]);
        for (const [i, field] of fieldIds.entries()) {
          const value = row[i + 1];
          if (value === null) continue;
          if (typeof value === "number" && !(Number.isInteger(value) && !Number.isSafeInteger(value))) {
            this.writer.put(series, field, micros, value);
            numbers++;
          } else {
            const where = `${this.measurement}.${fields[i]} of ${present.moid ?? "no moid"} at ${micros / MICROS} s`;
            this.tally.bad(where, `${String(value)} is beyond what a double holds`);
          }
        }
      }
    }
    return numbers;
  }

  private adapt(numbers: number): void {
    if (numbers < WANTED / 4) this.window *= 4;
    else if (numbers < WANTED / 2) this.window *= 2;
    else if (numbers > WANTED) this.window = Math.max(LEAST_WINDOW, Math.floor(this.window / 2));
  }
}

async function column(
  client: InfluxClient,
  query: Parameters<InfluxClient["query"]>[0],
  index: number,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const series = await client.query(query, "u", signal);
  return series.flatMap(({ values }) => values.map((row) => String(row[index])));
}
