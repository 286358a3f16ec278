import { randomUUID } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { AffinityError } from "../errors";
import { writeInventory } from "../snapshot/file";
import { METRICS } from "../telemetry/schema";
import { openWriter } from "../telemetry/writer";
import { syntheticCluster } from "./cluster";
import type { SyntheticOptions } from "./options";

export interface SyntheticFiles {
  readonly inventoryPath: string;
  /** DuckDB; replaced where it exists. */
  readonly telemetryPath: string;
}

/** Series done of all series. */
export type WriteProgress = (done: number, total: number) => void;

/**
 * Writes a synthetic cluster as an inventory file and a DuckDB file in Telegraf's schema. Each file is made beside its
 * target and renamed, telemetry first: nobody sees half a cluster.
 * @throws AffinityError SYNTHETIC_INVALID, SYNTHETIC_UNWRITABLE, INVENTORY_UNWRITABLE or TELEMETRY_WRITE_FAILED
 */
export async function writeSyntheticCluster(
  options: SyntheticOptions,
  { inventoryPath, telemetryPath }: SyntheticFiles,
  onProgress?: WriteProgress,
): Promise<void> {
  const { snapshot, telemetry } = syntheticCluster(options);
  const metrics = Object.values(METRICS);
  const perVm = metrics.filter(({ kind }) => kind === "vm").length;
  const total = snapshot.virtualMachines.length * perVm + snapshot.hosts.length * (metrics.length - perVm);
  const draft = `${telemetryPath}.${randomUUID()}.part`;
  try {
    const writer = await openWriter(draft);
    try {
      let done = 0;
      for (const series of telemetry.all()) {
        await writer.append({ ...series, vcenter: snapshot.source.name });
        if (++done % 50 === 0) onProgress?.(done, total);
      }
    } catch (error) {
      writer.discard();
      throw error;
    }
    await writer.close();
    await rename(draft, telemetryPath);
  } catch (cause) {
    await rm(draft, { force: true });
    await rm(`${draft}.wal`, { force: true });
    if (cause instanceof AffinityError) throw cause;
    throw new AffinityError({
      code: "SYNTHETIC_UNWRITABLE",
      message: `telemetry file ${telemetryPath} can't be written`,
      hint: "see that its folder exists, may be written to and has room",
      cause,
    });
  }
  await writeInventory(snapshot, inventoryPath);
  onProgress?.(total, total);
}
