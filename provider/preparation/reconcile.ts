import type { Declaration } from "../../engine/journal";
import type { Finding, FindingClass } from "../reconcile/finding";
import type { Settings } from "../settings";
import { checkPreparation } from "./check";
import { userInputs } from "./inputs";
import { applyPreparation, diffPreparation } from "./lifecycle";
import { plannedIn, type PreparationDrift } from "./planned";
import { readPreparation } from "./read";
import { track } from "./track";

type State = Readonly<Record<string, unknown>>;

/** Holds a declared preparation against the world: prepares, renews, changes and releases as the prediction does. */
export async function reconcilePreparation(
  { owner, kind, state: declared }: Declaration,
  settings: Settings,
  { dryRun, now }: { readonly dryRun: boolean; readonly now: () => number },
): Promise<Finding[]> {
  const state = await readPreparation(declared, settings, now());
  const news = await checkPreparation(declared, userInputs(declared), settings, now());
  if (!diffPreparation(state, news)) {
    if (!dryRun) await track(settings, news, now());
    return [];
  }
  const found = differencesOf(state, news);
  if (!dryRun) await applyPreparation(state, news, settings, now());
  const outcome = dryRun ? "pending" : "done";
  return found.map(([what, detail]): Finding => ({ owner, kind, class: what, detail, outcome, text: "" }));
}

const DRIFT: Readonly<Record<PreparationDrift["what"], FindingClass>> = {
  "pool missing": "pool-missing",
  "placeholder missing": "pool-missing",
  "reservation changed": "pool-changed",
  "reservation stale": "pool-stale",
};

function differencesOf(state: State, news: State): [FindingClass, string][] {
  const [before, after] = [plannedIn(state), plannedIn(news)];
  const name = after?.pool ?? "";
  const drift = (state.drift ?? []) as PreparationDrift[];
  if (before?.prepared && !after?.prepared) {
    return [["pool-stale", `${name}: its window ended at ${before.until}; ${after?.evidence ?? ""}`]];
  }
  if (!before?.prepared && after?.prepared) return [["hosts-needed", `${name}: ${after.evidence}`]];
  // That its window is over is no trouble where it is needed for the next one.
  const troubles = after?.prepared ? drift.filter(({ what }) => what !== "reservation stale") : drift;
  if (troubles.length > 0) {
    return troubles.map(({ what, detail }): [FindingClass, string] => [DRIFT[what], `${name}: ${detail}`]);
  }
  const hosts = (planned: typeof after) =>
    planned?.prepared?.hosts
      .map(({ host }) => host)
      .sort()
      .join(", ") ?? "none";
  if (hosts(before) !== hosts(after)) {
    return [["pool-changed", `${name}: ${hosts(after)}, before ${hosts(before)}; ${after?.evidence ?? ""}`]];
  }
  return [["hosts-renewed", `${name}: until ${after?.until ?? "now"}, before until ${before?.until ?? "now"}`]];
}
