import { PreparationLog } from "../../engine/journal";
import type { PreparationRecord } from "../../engine/models/profile";
import { type Overhead, overheadOf } from "../../engine/planner/preparation";
import { actionLogOf } from "../acting";
import { recordOf } from "./track";

/** What became of the preparations of one resource. */
export interface PreparationSummary {
  readonly owner: string;
  readonly record: PreparationRecord;
  readonly overhead: Overhead;
}

/** The preparations of every resource that ever prepared hosts of a vCenter, by owner. @param now epoch seconds */
export async function preparationsOf(journal: string, source: string, now: number): Promise<PreparationSummary[]> {
  const windows = (await new PreparationLog(journal).windows()).filter(({ cluster }) =>
    cluster.startsWith(`${source}/`),
  );
  const owners = [...new Set(windows.map(({ owner }) => owner))];
  const actions = (await actionLogOf(journal).actions()).filter(({ cluster }) => cluster.startsWith(`${source}/`));
  return Promise.all(
    owners.map(async (owner) => ({
      owner,
      record: await recordOf({ journal }, owner),
      overhead: overheadOf(actions, owner, now),
    })),
  );
}
