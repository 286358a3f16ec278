import type { ModelHealth } from "../../engine/models/health";
import { isFailed } from "../../engine/models/unavailable";
import type { Snapshot } from "../../engine/snapshot";
import type { Settings } from "../../provider/settings";
import type { Context } from "../command";
import { lazy } from "../lazy";
import { type Check, failedCheck } from "./check";

/** Which trained models serve, and how what models said compares with what came true. */
export async function checkModels(context: Context, settings: Settings, snapshot: Snapshot | null): Promise<Check[]> {
  if (!snapshot) return [];
  try {
    return await context.steps.run("looking at the models", async () => {
      const health = await lazy.modelHealth().healthOf(settings.journal, snapshot);
      return [...(await trainedChecks(settings, snapshot)), ...health.map(healthCheck)];
    });
  } catch (error) {
    return [failedCheck("models", error)];
  }
}

async function trainedChecks(settings: Settings, snapshot: Snapshot): Promise<Check[]> {
  const models = await lazy.models().openModels(settings, snapshot);
  if (!models) {
    const next = "optional: `vsphere-affinity train --models FOLDER` learns from your own history";
    return [{ name: "models", status: "ok", detail: "none configured: baselines serve", next }];
  }
  const serving = models.inputs.map(({ name }) => name).join(", ") || "none";
  const instead = models.unavailable.map((model): Check => {
    const { name, because, fallback } = model;
    const detail = `${name} does not serve (${because}); ${fallback} does`;
    if (!isFailed(model)) return { name: "models", status: "ok", detail };
    return { name: "models", status: "warning", detail, next: "train it anew: `vsphere-affinity train`" };
  });
  return [{ name: "models", status: "ok", detail: `in use: ${serving}` }, ...instead];
}

function healthCheck({ model, judged, calibrationError, skill, drift, state, alarm }: ModelHealth): Check {
  const name = `model ${model}`;
  if (state === "unknown") return { name, status: "ok", detail: `${judged} forecasts judged, too few to tell` };
  const lately = drift === null ? "" : `, lately ${drift.toFixed(1)} times its earlier error`;
  const figures = `calibration error ${calibrationError?.toFixed(3)}, skill ${skill?.toFixed(3)}${lately}, ${judged} forecasts`;
  if (state === "good") return { name, status: "ok", detail: figures };
  const next = isBaseline(model)
    ? "a trained model may do better: `vsphere-affinity train`; until then give plans more room (cpuSafety, memorySafety)"
    : "train it anew: `vsphere-affinity train`";
  return { name, status: "warning", detail: `${alarm} (${figures})`, next };
}

/** What serves where nothing was trained: training it anew is no advice. */
const isBaseline = (model: string): boolean => model === "failure/signals" || model.startsWith("seasonal-baseline/");
