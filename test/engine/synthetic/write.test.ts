import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AffinityError } from "../../../engine/errors";
import { FileInventory } from "../../../engine/snapshot/file";
import { syntheticCluster, writeSyntheticCluster } from "../../../engine/synthetic";
import { DuckDbTelemetry } from "../../../engine/telemetry";
import { METRICS, type MetricId } from "../../../engine/telemetry/schema";
import type { Series, TelemetrySource } from "../../../engine/telemetry/source";

const END = Date.UTC(2026, 0, 19) / 1000;
const OPTIONS = { seed: 5, hosts: 4, vms: 24, days: 2, stepMinutes: 15, end: END } as const;
const GRID = { start: END - 2 * 86_400, step: 3600, length: 48 };

async function everything(source: TelemetrySource): Promise<Map<string, number[]>> {
  const found: Series[] = [];
  for (const kind of ["vm", "host"] as const) {
    const metrics = (Object.keys(METRICS) as MetricId[]).filter((metric) => METRICS[metric].kind === kind);
    for await (const series of source.series({ kind, vcenter: "vcenter.example.com", metrics, grid: GRID })) {
      found.push(series);
    }
  }
  const keyed = found.map(({ entity, metric, values }): [string, number[]] => [`${entity} ${metric}`, [...values]]);
  return new Map(keyed.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe("writing a synthetic cluster", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "synthetic-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("gives files that read back as what the cluster says in memory, and leaves nothing else", async () => {
    const files = { inventoryPath: join(folder, "inventory.json"), telemetryPath: join(folder, "telemetry.duckdb") };
    const seen: number[] = [];
    await writeSyntheticCluster(OPTIONS, files, (done, total) => seen.push(done / total));
    assert.equal(seen.at(-1), 1);
    const { snapshot, telemetry } = syntheticCluster(OPTIONS);
    assert.deepEqual(await new FileInventory(files.inventoryPath).snapshot(), snapshot);
    const stored = await DuckDbTelemetry.open(files.telemetryPath);
    try {
      const expected = await everything(telemetry);
      assert.ok(expected.size > 24 * 5);
      assert.deepEqual(await everything(stored), expected);
    } finally {
      await stored.close();
    }
    // Once more, over the files that are there.
    await writeSyntheticCluster(OPTIONS, files);
    assert.deepEqual((await readdir(folder)).sort(), ["inventory.json", "telemetry.duckdb"]);
  });

  it("leaves no draft behind where it can't write", async () => {
    const files = { inventoryPath: join(folder, "none", "i.json"), telemetryPath: join(folder, "none", "t.duckdb") };
    await assert.rejects(writeSyntheticCluster(OPTIONS, files), AffinityError);
    assert.ok(!(await readdir(folder)).includes("none"));
  });
});
