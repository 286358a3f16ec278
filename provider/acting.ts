import { AffinityError } from "../engine/errors";
import { ActionLog, type Intent, type LoggedAction } from "../engine/journal";
import type { Snapshot } from "../engine/snapshot";
import type { Settings } from "./settings";
import { createVcenterActions, createVcenterInventory, type VcenterActions } from "./vsphere";

/** What a run that changes a vCenter has at hand. */
export interface Acting {
  readonly actions: VcenterActions;
  readonly snapshot: Snapshot;
  /** The last thing that the owner did, or meant to do, to the subject; null if nothing. */
  lastWord(subject: string): Promise<string | null>;
  /** Writes the intent, does `work`, writes the outcome. `cluster` is the cluster's id. */
  logged<T>(what: Pick<Intent, "kind" | "subject" | "cluster" | "detail">, work: () => Promise<T>): Promise<T>;
}

/** The log of actions that goes with a journal. */
export const actionLogOf = (journal: string): ActionLog => new ActionLog(`${journal}.actions.ndjson`);

/** The last thing that an owner did, or meant to do, to a subject of a vCenter; null if nothing. */
export function lastWord(
  actions: readonly LoggedAction[],
  owner: string,
  source: string,
  subject: string,
): string | null {
  const own = actions.filter((action) => action.owner === owner && action.cluster.startsWith(`${source}/`));
  return own.filter((action) => action.subject === subject).at(-1)?.kind ?? null;
}

const now = () => Math.floor(Date.now() / 1000);

/**
 * Opens the vCenter for changing it.
 * @throws AffinityError VCENTER_NEEDED where the settings have an inventory file: there is nothing to change.
 */
export async function withActions<T>(
  settings: Settings,
  owner: string,
  work: (acting: Acting) => Promise<T>,
): Promise<T> {
  if (!settings.vcenter) {
    throw new AffinityError({
      code: "VCENTER_NEEDED",
      message: "rules and moves need a vCenter, and the settings name an inventory file",
      hint: "set vcenter in place of inventory",
    });
  }
  const inventory = createVcenterInventory(settings.vcenter);
  const log = actionLogOf(settings.journal);
  try {
    const snapshot = await inventory.snapshot();
    const keyOf = (cluster: string) => `${snapshot.source.name}/${cluster}`;
    return await work({
      actions: createVcenterActions(inventory),
      snapshot,
      lastWord: async (subject) => lastWord(await log.actions(), owner, snapshot.source.name, subject),
      logged: async (what, act) => {
        const intent = await log.intend({ ...what, cluster: keyOf(what.cluster), owner, at: now() });
        try {
          const result = await act();
          await log.conclude({ id: intent.id, at: now(), result: "done", text: "" });
          return result;
        } catch (error) {
          const text = error instanceof AffinityError ? `${error.code}: ${error.message}` : "unexpected error";
          // The action failed, and that is what the user must hear; a log that can't be written then says nothing.
          await log.conclude({ id: intent.id, at: now(), result: "failed", text }).catch(() => undefined);
          throw error;
        }
      },
    });
  } finally {
    await inventory.close();
  }
}
