import type { Declaration } from "../../engine/journal";
import type { Finding, FindingClass } from "../reconcile/finding";
import type { Settings } from "../settings";
import { checkProactive } from "./check";
import { userInputs } from "./inputs";
import { applyProactive, diffProactive, readProactive } from "./lifecycle";
import { plannedIn, type PlannedProactive, type ProactiveDrift } from "./planned";

/** Judges the group's risk anew, keeps and releases room, and makes its name lead where it should. */
export async function reconcileProactive(
  { owner, kind, state }: Declaration,
  settings: Settings,
  { dryRun, now }: { readonly dryRun: boolean; readonly now: () => number },
): Promise<Finding[]> {
  const found = await readProactive(state, settings, now);
  const news = await checkProactive(state, userInputs(state), settings, now());
  const planned = plannedIn(news)!;
  const as = (what: FindingClass, detail: string, outcome: Finding["outcome"]): Finding => ({
    ...{ owner, kind, class: what, detail, outcome, text: "" },
  });
  const risks = isAboveBound(planned) ? [as("risk-above-bound", planned.evidence, "reported")] : [];
  if (!diffProactive(found, news)) return risks;
  const work = workOf(found, planned);
  if (!dryRun) await applyProactive(found, news, settings, now);
  return [...risks, ...work.map(([what, detail]) => as(what, detail, dryRun ? "pending" : "done"))];
}

const isAboveBound = ({ members, groupRisk }: PlannedProactive): boolean =>
  members.some(({ atRisk }) => atRisk) || groupRisk.now > groupRisk.bound;

const DRIFT: Readonly<Record<ProactiveDrift["what"], FindingClass>> = {
  "reservation missing": "reservation-missing",
  "reservation stale": "reservation-stale",
  "address given back": "redirect-due",
};

function workOf(found: Readonly<Record<string, unknown>>, after: PlannedProactive): [FindingClass, string][] {
  const drift = (found.drift ?? []) as ProactiveDrift[];
  const work = drift.map(({ what, detail }): [FindingClass, string] => [DRIFT[what], detail]);
  const rooms = (planned: PlannedProactive | null) =>
    new Map((planned?.reservations ?? []).map(({ vm, hostId, host }) => [`${vm}>${hostId}`, `${vm} on ${host}`]));
  const [before, now] = [rooms(plannedIn(found)), rooms(after)];
  for (const [key, text] of now) if (!before.has(key)) work.push(["reservation-needed", `room for ${text}`]);
  for (const [key, text] of before) if (!now.has(key)) work.push(["reservation-stale", `room for ${text}`]);
  const { redirection } = after;
  for (const address of redirection?.withdraw ?? [])
    work.push(["redirect-due", `${address} from ${redirection!.name}`]);
  for (const address of redirection?.restore ?? [])
    work.push(["redirect-due", `${address} back to ${redirection!.name}`]);
  return work;
}
