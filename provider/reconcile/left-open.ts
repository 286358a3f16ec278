import { AffinityError } from "../../engine/errors";
import type { LoggedAction } from "../../engine/journal";
import { actionLogOf } from "../acting";
import { settleOpenActions } from "../execution/settle";
import { directorOf, isRecordAction, settleRecords } from "../proactive/records";
import type { Settings } from "../settings";
import { forgetInventory } from "../shared-inventory";
import { createVcenterActions, createVcenterInventory } from "../vsphere";
import type { Finding } from "./finding";

/** Actions on a vCenter and its names whose run ended before it could write down what became of them. */
export async function leftOpen(settings: Pick<Settings, "journal">, source: string): Promise<LoggedAction[]> {
  return (await actionLogOf(settings.journal).open()).filter(({ cluster }) => cluster.startsWith(`${source}/`));
}

/**
 * Finds out what became of them before anything is judged: budgets, and what is whose, rest on the log. A run that then
 * has nothing to do would leave them open, and a VM that was made for a moment where it is.
 * @returns what can't be found out now
 */
export async function settleLeftOpen(
  settings: Settings,
  source: string,
  open: readonly LoggedAction[],
  now: () => number,
  signal?: AbortSignal,
): Promise<Finding[]> {
  const log = actionLogOf(settings.journal);
  const inVcenter = async () => {
    if (!settings.vcenter || open.every(isRecordAction)) return;
    const inventory = createVcenterInventory(settings.vcenter);
    try {
      await settleOpenActions(log, createVcenterActions(inventory), source, now, signal);
    } finally {
      forgetInventory();
      await inventory.close();
    }
  };
  const inZone = async () => {
    if (settings.dns && open.some(isRecordAction)) await settleRecords(log, directorOf(settings, now), source, now);
  };
  const findings: Finding[] = [];
  for (const settle of [inVcenter, inZone]) {
    try {
      await settle();
    } catch (error) {
      if (!(error instanceof AffinityError)) throw error;
      const detail = `what a run that was cut short had begun: ${error.message} [${error.code}]`;
      findings.push({ owner: source, kind: "log", class: "not-judged", detail, outcome: "reported", text: "" });
    }
  }
  return findings;
}
