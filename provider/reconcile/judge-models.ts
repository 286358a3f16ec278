import { openModels } from "../models";
import type { Settings } from "../settings";
import { openInventory } from "../world";
import type { Finding } from "./finding";

/** One that was never trained, or never was better than its baseline, is no news. */
const NEWS = new Set(["stale", "withdrawn", "damaged"]);

/** Trained models that serve no longer. */
export async function judgeModels(settings: Settings): Promise<Finding[]> {
  if (settings.models === undefined) return [];
  const inventory = openInventory(settings);
  try {
    const snapshot = await inventory.snapshot();
    const models = await openModels(settings, snapshot);
    return (models?.unavailable ?? [])
      .filter(({ reason }) => NEWS.has(reason))
      .map(({ name, because, fallback }) => ({
        ...{ owner: snapshot.source.name, kind: "model", class: "model-stale", outcome: "reported", text: "" },
        detail: `${name}: ${because}; ${fallback} serves`,
      }));
  } finally {
    await inventory.close();
  }
}
