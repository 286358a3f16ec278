import { ModelStore } from "../../engine/models/store";
import { readTrainingData, trainModels, updateCommunication } from "../../engine/models/training";
import { syntheticCluster } from "../../engine/synthetic";
import { flows, hostEvents } from "./history";

/** What the bench and its training agree upon, as the training's one argument. */
export interface TrainingJob {
  readonly folder: string;
  readonly hosts: number;
  readonly vms: number;
  readonly seed: number;
  /** Epoch seconds. */
  readonly asOf: number;
  readonly days: number;
}

/**
 * Trains every model of a plan on the generated cluster's own history, into a folder. A process of its own, so that the
 * memory of training is none of planning's.
 */
async function main(job: TrainingJob): Promise<void> {
  const { folder, hosts, vms, seed, asOf, days } = job;
  const { snapshot, telemetry } = syntheticCluster({ seed, hosts, vms, days, stepMinutes: 60, end: asOf });
  const events = hostEvents(snapshot, seed, asOf);
  const data = await readTrainingData({ snapshot, telemetry, events, asOf, days, horizonHours: 24 });
  const store = new ModelStore(folder);
  const rows = await trainModels(data, store, {
    seed,
    onProgress: ({ what }) => process.stderr.write(`  training ${what}\n`),
  });
  await updateCommunication(store, snapshot, flows(snapshot, seed, asOf - 1), asOf);
  for (const { model, used, skill, because } of rows)
    process.stderr.write(`  ${model}: ${used} serves (${because}) ${JSON.stringify(skill)}\n`);
}

main(JSON.parse(process.argv[2]) as TrainingJob).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
