import { PredictionLog } from "../../engine/journal/predictions";
import { type Judged, type ModelHealth, modelHealth } from "../../engine/models/health";
import type { Snapshot } from "../../engine/snapshot";
import { clusterKey } from "../placement/promises";

/** Of each model the newest forecasts that its health is told from. */
const MOST_JUDGED = 5000;

/** What was judged of all clusters of the inventory. */
export async function judgedOf(journal: string, snapshot: Snapshot): Promise<Judged[]> {
  const log = new PredictionLog(journal);
  const judged: Judged[] = [];
  for (const cluster of snapshot.clusters) {
    for (const { model, at, value, outcome } of await log.judged(clusterKey(snapshot, cluster), MOST_JUDGED)) {
      if (outcome === 0 || outcome === 1) judged.push({ model, at, probability: value, outcome });
    }
  }
  return judged;
}

/** Why a model that was trained until then must not serve, at any horizon; null where nothing speaks against it. */
export function alarmOf(judged: readonly Judged[], model: string, trainedUntil: number): string | null {
  const own = judged.filter((item) => item.model === model || item.model.startsWith(`${model}@`));
  const alarmed = modelHealth(own.filter(({ at }) => at >= trainedUntil)).find(({ state }) => state === "alarm");
  if (!alarmed) return null;
  return alarmed.model === model ? alarmed.alarm : `${alarmed.alarm} (${alarmed.model.slice(model.length + 1)} ahead)`;
}

/** The health of every model that was judged on these clusters, fallbacks among them. */
export async function healthOf(journal: string, snapshot: Snapshot): Promise<ModelHealth[]> {
  return modelHealth(await judgedOf(journal, snapshot));
}
