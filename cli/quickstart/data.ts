import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson } from "../../engine/digest";
import type { Context } from "../command";
import { lazy } from "../lazy";
import type { Layout } from "./layout";

/** The embedded default: what `npm start` promises. */
const CLUSTER = { hosts: 16, vms: 200, days: 14, stepMinutes: 5, seed: 1, end: Date.UTC(2026, 2, 2) / 1000 } as const;

/**
 * Makes the synthetic cluster, once; again where the parameters or the generator have changed, or a file was removed.
 */
export async function makeData(context: Context, layout: Layout): Promise<void> {
  const made = join(layout.folder, "made.json");
  const parameters = canonicalJson({ ...CLUSTER, revision: lazy.synthetic().SYNTHETIC_REVISION });
  const complete = [made, layout.inventory, layout.telemetry].every((path) => existsSync(path));
  if (complete && (await readFile(made, "utf8")) === parameters) return;
  await rm(made, { force: true });
  const { hosts, vms, days } = CLUSTER;
  context.output.note(
    `the example: a cluster of ${hosts} hosts and ${vms} VMs with ${days} days of telemetry, made once`,
  );
  await context.steps.run("making the example cluster", async (report) => {
    const files = { inventoryPath: layout.inventory, telemetryPath: layout.telemetry };
    await lazy.synthetic().writeSyntheticCluster(CLUSTER, files, (done, total) => {
      context.signal.throwIfAborted();
      report({ done, total });
    });
  });
  await writeFile(made, parameters);
}
