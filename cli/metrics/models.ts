import type { Snapshot } from "../../engine/snapshot";
import type { Settings } from "../../provider/settings";
import { lazy } from "../lazy";
import type { Metric } from "./exposition";
import { modelMetrics, servingMetrics } from "./metrics";

/** Which trained models serve, and how what models said compares with what came true. */
export async function judgedModels(
  settings: Settings,
  snapshot: Snapshot,
  fell: readonly string[] = [],
): Promise<Metric[]> {
  return [
    ...modelMetrics(await lazy.modelHealth().healthOf(settings.journal, snapshot)),
    ...servingMetrics(await lazy.models().openModels(settings, snapshot), fell),
  ];
}
