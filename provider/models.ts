import { ModelStore } from "../engine/models/store";
import { loadModels, readHostEvents, type TrainedModels } from "../engine/models/training";
import type { Snapshot } from "../engine/snapshot";
import type { Settings } from "./settings";
import { alarmOf, judgedOf } from "./track/health";

const DAY = 86_400;

/**
 * The trained models of the folder that the settings name; null where they name none. A model that has raised an alarm
 * since it was trained, or that is stale when the inventory is taken, stays out: its fallback serves.
 *
 * @throws AffinityError HOST_EVENTS_INVALID or RECORDS_UNREADABLE for the file of host events
 */
export async function openModels(
  settings: Pick<Settings, "models" | "modelsMaxAgeDays" | "hostEvents" | "journal">,
  snapshot: Snapshot,
): Promise<TrainedModels | null> {
  if (settings.models === undefined) return null;
  const events = settings.hostEvents === undefined ? [] : await readHostEvents(settings.hostEvents, snapshot.hosts);
  const judged = await judgedOf(settings.journal, snapshot);
  return loadModels(new ModelStore(settings.models), {
    events,
    oldest: Math.floor(Date.parse(snapshot.takenAt) / 1000) - settings.modelsMaxAgeDays * DAY,
    alarm: (name, { trainedUntil }) => alarmOf(judged, name, trainedUntil),
  });
}
