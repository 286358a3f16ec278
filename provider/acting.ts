import { ConstantBackoff, handleWhen, retry } from "cockatiel";
import { AffinityError } from "../engine/errors";
import { ActionLog, Declarations, type Intent, Leases, type LoggedAction, type Outcome } from "../engine/journal";
import { settleOpenActions } from "./execution/settle";
import type { Snapshot } from "../engine/snapshot";
import { mirrorJournal } from "./mirror";
import { traced } from "../engine/tracing";
import type { Settings } from "./settings";
import { forgetInventory } from "./shared-inventory";
import { createVcenterActions, createVcenterInventory, type VcenterActions } from "./vsphere";
import { VimFault } from "./vsphere/errors";

/** Whether the last word on a rule says that it is there: made or changed, and not removed since. */
export const isRuleThere = (word: string | null): boolean => word === "add-rule" || word === "edit-rule";

/** What a run that changes a vCenter has at hand. */
export interface Acting {
  readonly actions: VcenterActions;
  readonly snapshot: Snapshot;
  readonly declarations: Declarations;
  readonly log: ActionLog;
  /** The last thing that the owner did, or meant to do, to the subject; null if nothing. */
  lastWord(subject: string): Promise<string | null>;
  /** Writes the intent, does `work`, writes the outcome. `cluster` is the cluster's id. */
  logged<T>(what: Pick<Intent, "kind" | "subject" | "cluster" | "detail">, work: () => Promise<T>): Promise<T>;
  /** Writes down what the vCenter did by itself as a scheduled task of ours (`detail.task`: its key), once. */
  recorded(
    what: Pick<Intent, "kind" | "subject" | "cluster" | "detail" | "at">,
    outcome: Pick<Outcome, "result" | "text">,
  ): Promise<void>;
}

/** The log of actions that goes with a journal. */
export const actionLogOf = (journal: string): ActionLog => new ActionLog(`${journal}.actions.ndjson`);

/**
 * The last thing that an owner did, or meant to do, to a subject of a vCenter; null if nothing. What failed didn't happen:
 * a rule that couldn't be added because its name was taken is not the owner's.
 */
export function lastWord(
  actions: readonly LoggedAction[],
  owner: string,
  source: string,
  subject: string,
): string | null {
  const own = actions.filter((action) => action.owner === owner && action.cluster.startsWith(`${source}/`));
  const happened = own.filter((action) => action.subject === subject && action.outcome?.result !== "failed");
  return happened.at(-1)?.kind ?? null;
}

const nowOfMachine = () => Math.floor(Date.now() / 1000);

/**
 * Opens the vCenter for changing it, as the only run that does so, and first finds out what became of actions whose run
 * ended before it could write that down.
 * @param waitSeconds how long to wait for another run to end
 * @throws AffinityError VCENTER_NEEDED where the settings have an inventory file: there is nothing to change; LEASE_HELD
 */
export async function withActions<T>(
  settings: Settings,
  owner: string,
  work: (acting: Acting) => Promise<T>,
  { waitSeconds = 60, signal }: { waitSeconds?: number; signal?: AbortSignal } = {},
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
    const source = inventory.name;
    const acting = async () => {
      const actions = createVcenterActions(inventory);
      await settleOpenActions(log, actions, source, nowOfMachine, signal);
      // What others did while this run waited is seen only now.
      const snapshot = await inventory.snapshot(signal);
      return work({
        actions,
        snapshot,
        log,
        declarations: new Declarations(settings.journal),
        lastWord: async (subject) => lastWord(await log.actions(), owner, source, subject),
        logged: (what, act) => logged(log, { ...what, cluster: `${source}/${what.cluster}`, owner }, act),
        recorded: (what, outcome) => recorded(log, { ...what, cluster: `${source}/${what.cluster}`, owner }, outcome),
      });
    };
    return await withLease(settings, source, owner, acting, waitSeconds);
  } finally {
    forgetInventory();
    await inventory.close();
    // After the lease: who waits for it needn't wait for this.
    await mirrorJournal(settings);
  }
}

/**
 * Runs `work` as the only run that acts on a vCenter and what belongs to it.
 * @param source the vCenter's name
 * @throws AffinityError LEASE_HELD where another run has not ended after `waitSeconds`
 */
export function withLease<T>(
  settings: Pick<Settings, "journal">,
  source: string,
  owner: string,
  work: () => Promise<T>,
  waitSeconds = 60,
): Promise<T> {
  const leases = new Leases(settings.journal);
  const turn = retry(handleWhen(isHeld), {
    maxAttempts: Math.floor(waitSeconds / WAIT_SECONDS),
    backoff: new ConstantBackoff(WAIT_SECONDS * 1000),
  });
  return turn.execute(() => leases.hold(source, { holder: owner }, work));
}

const WAIT_SECONDS = 2;
const isHeld = (error: unknown) => error instanceof AffinityError && error.code === "LEASE_HELD";

/**
 * Writes the intent, does the work, writes the outcome, where it is known.
 * @param now epoch seconds
 */
export function logged<T>(
  log: ActionLog,
  what: Omit<Intent, "id" | "at">,
  act: () => Promise<T>,
  now: () => number = nowOfMachine,
): Promise<T> {
  const about = { "action.kind": what.kind, "action.subject": what.subject, "vsphere.cluster": what.cluster };
  return traced("act", about, () => intendAndConclude(log, what, act, now));
}

async function intendAndConclude<T>(
  log: ActionLog,
  what: Omit<Intent, "id" | "at">,
  act: () => Promise<T>,
  now: () => number,
): Promise<T> {
  const intent = await log.intend({ ...what, at: now() });
  try {
    const result = await act();
    await log.conclude({ id: intent.id, at: now(), result: "done" });
    return result;
  } catch (error) {
    const text = error instanceof AffinityError ? `${error.code}: ${error.message}` : "unexpected error";
    // Whether it took effect isn't known where the answer was lost: then it stays open, and a later run asks.
    const certain =
      error instanceof VimFault ? refusesTask(error) : error instanceof AffinityError && CERTAIN.has(error.code);
    // The action failed, and that is what the user must hear; a log that can't be written then says nothing.
    if (certain) await log.conclude({ id: intent.id, at: now(), result: "failed", text }).catch(() => undefined);
    throw error;
  }
}

async function recorded(
  log: ActionLog,
  what: Omit<Intent, "id">,
  outcome: Pick<Outcome, "result" | "text">,
): Promise<void> {
  const known = (await log.actions()).some(
    ({ kind, cluster, detail }) =>
      kind === what.kind && cluster === what.cluster && detail.task === what.detail.task && detail.task !== undefined,
  );
  if (known) return;
  const { id } = await log.intend(what);
  await log.conclude({ id, at: nowOfMachine(), ...outcome });
}

/** Errors after which nothing is under way any more. A refusal of DNS isn't one: anybody may have answered in the server's place. */
const CERTAIN = new Set([
  "VCENTER_TASK_FAILED",
  "VCENTER_RELOCATE_REFUSED",
  "VCENTER_RELOCATE_UNVERIFIED",
  "TRAFFIC_CHANGED",
]);

/** A fault of the call that begins the task, or of the check before: one of a question asked meanwhile says nothing of the task. */
const refusesTask = ({ method }: VimFault): boolean => method.endsWith("_Task") || AT_ONCE.has(method);

/** Methods that have acted, or not, when they answer. */
const AT_ONCE = new Set([
  "CreateResourcePool",
  "UpdateConfig",
  "CreateScheduledTask",
  "ReconfigureScheduledTask",
  "RemoveScheduledTask",
]);
