import { ModelStore } from "../engine/models/store";
import { loadModels, readHostEvents, type TrainedModels } from "../engine/models/training";
import type { Snapshot } from "../engine/snapshot";
import type { Settings } from "./settings";
import { alarmOf, judgedOf } from "./track-record";

/**
 * The trained models of the folder that the settings name; null where they name none. A model that has raised an alarm
 * since it was trained stays out: its fallback serves.
 *
 * @throws AffinityError HOST_EVENTS_INVALID or RECORDS_UNREADABLE for the file of host events
 */
export async function openModels(
  settings: Pick<Settings, "models" | "hostEvents" | "journal">,
  snapshot: Snapshot,
): Promise<TrainedModels | null> {
  if (settings.models === undefined) return null;
  const events = settings.hostEvents === undefined ? [] : await readHostEvents(settings.hostEvents, snapshot.hosts);
  const judged = await judgedOf(settings.journal, snapshot);
  return loadModels(new ModelStore(settings.models), {
    events,
    alarm: (name, { trainedUntil }) => alarmOf(judged, name, trainedUntil),
  });
}
