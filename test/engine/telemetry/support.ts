import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AffinityError } from "../../../engine/errors";
import type { Series, SeriesQuery, TelemetrySource } from "../../../engine/telemetry";

/** Real output of Telegraf's vSphere input, of two VMs and a host of the simulator. */
export const TELEGRAF_FIXTURE = join(process.cwd(), "test/fixtures/telegraf-vsphere.lp");
export const FIXTURE_VCENTER = "127.0.0.1:8989";
/** Five minutes around the fixture's three. */
export const FIXTURE_GRID = { start: 1795309200, step: 60, length: 5 } as const;

/** A folder for the test at hand, removed after it. */
export function scratchFolder(): () => string {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "affinity-telemetry-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return () => folder;
}

export async function readAll(source: TelemetrySource, query: SeriesQuery, signal?: AbortSignal): Promise<Series[]> {
  const all: Series[] = [];
  for await (const series of source.series(query, signal)) all.push(series);
  return all;
}

/** One series' values; undefined where it was left out. */
export function valuesOf(all: readonly Series[], entity: string, metric: string): number[] | undefined {
  const found = all.filter((series) => series.entity === entity && series.metric === metric);
  if (found.length > 1) throw new Error(`${found.length} series of ${entity} ${metric}`);
  return found[0] && [...found[0].values];
}

/** Every bit of the series, in the order in which they came. */
export function bytesOf(all: readonly Series[]): string {
  return all
    .map(({ entity, metric, values }) => `${entity} ${metric} ${Buffer.from(values.buffer).toString("hex")}`)
    .join("\n");
}

/** For assert.rejects: an AffinityError with this code, whose text holds none of `secrets`. */
export function failsWith(code: string, ...secrets: string[]): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof AffinityError)) throw error;
    if (error.code !== code) throw error;
    if (!error.hint) throw new Error(`${code} has no hint`);
    const leaked = secrets.find(
      (secret) => error.describe().includes(secret) || JSON.stringify(error).includes(secret),
    );
    if (leaked) throw new Error(`${code} tells a secret`);
    return true;
  };
}
