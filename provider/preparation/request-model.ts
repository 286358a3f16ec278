import { histogramModel, type RequestKey, type RequestModel } from "../../engine/models/profile";
import { ModelStore } from "../../engine/models/store";
import { REQUEST_MODELS } from "../../engine/models/training";
import type { Snapshot } from "../../engine/snapshot";
import type { Settings } from "../settings";
import { alarmOf, judgedOf } from "../track/health";

/** What answers how likely a request is, and its name for the journal and for people. */
export interface RequestAnswerer {
  readonly model: RequestModel;
  /** The trained model's name, or the fallback's. */
  readonly name: string;
}

/**
 * The trained model of requests by this key; the idle-time histogram where there is none, where it is no better, or
 * where it has raised an alarm since it was trained.
 */
export async function requestModelOf(
  settings: Pick<Settings, "models" | "journal">,
  snapshot: Snapshot,
  key: RequestKey,
): Promise<RequestAnswerer> {
  const { name, fallback, schema, serves } = REQUEST_MODELS[key];
  const instead = (why: string): RequestAnswerer => ({ model: histogramModel(key, why), name: fallback });
  if (settings.models === undefined) return instead("no folder of trained models is configured");
  const found = await new ModelStore(settings.models).load(name, schema);
  if ("because" in found) return instead(found.because);
  const file = found.file as RequestModel;
  if (file.key !== key || !serves(file)) return instead("no better than its baseline on held-out history");
  const alarm = alarmOf(await judgedOf(settings.journal, snapshot), name, file.header.trainedUntil);
  return alarm === null ? { model: file, name } : instead(`withdrawn, since ${alarm}`);
}
