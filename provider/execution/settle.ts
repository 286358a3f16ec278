import type { ActionLog, LoggedAction, Outcome } from "../../engine/journal";
import type { VcenterActions } from "../vsphere";
import { PREPARATION_SETTLERS } from "../preparation/settle";
import { VimFault } from "../vsphere/errors";

/** Of these a vCenter knows nothing: where names lead is asked of who directs the traffic. */
const ELSEWHERE = new Set<string>(["withdraw-record", "restore-record"]);

type Settled = Pick<Outcome, "result" | "text">;

/**
 * Finds out what became of actions whose run ended before their outcome was written, and writes it: the vCenter is asked,
 * tasks still under way are waited for. Every run does so before it acts itself.
 * @param source the vCenter's name: actions in others are left alone
 */
export async function settleOpenActions(
  log: ActionLog,
  actions: VcenterActions,
  source: string,
  now: () => number,
  signal?: AbortSignal,
): Promise<LoggedAction[]> {
  const open = (await log.open()).filter(
    ({ cluster, kind }) => cluster.startsWith(`${source}/`) && !ELSEWHERE.has(kind),
  );
  for (const action of open) {
    const settled = await outcomeOf(action, actions, signal);
    await log.conclude({ id: action.id, at: now(), ...settled });
  }
  return open;
}

/** The VM or the cluster may have been removed meanwhile: that ends the matter, and must not keep later runs from acting. */
async function outcomeOf(action: LoggedAction, actions: VcenterActions, signal?: AbortSignal): Promise<Settled> {
  try {
    return await found(action, actions, signal);
  } catch (error) {
    if (!(error instanceof VimFault) || error.fault !== "ManagedObjectNotFound") throw error;
    return { result: "failed", text: "what it was about is not there any more" };
  }
}

async function found(action: LoggedAction, actions: VcenterActions, signal?: AbortSignal): Promise<Settled> {
  const clusterId = action.cluster.slice(action.cluster.lastIndexOf("/") + 1);
  if (action.kind === "relocate") {
    await actions.settle(action.subject, { signal });
    const host = await actions.hostOf(action.subject, signal);
    const { to, datastore } = action.detail;
    const stores = typeof datastore === "string" ? await actions.datastoresOf(action.subject, signal) : null;
    if (host === to && stores !== null && !stores.includes(datastore as string)) {
      return { result: "failed", text: `its disks found on ${stores.join(", ") || "no datastore"} by a later run` };
    }
    return host === to
      ? { result: "done", text: "found there by a later run" }
      : { result: "failed", text: `found on ${host ?? "no host"} by a later run` };
  }
  const settler = PREPARATION_SETTLERS[action.kind];
  if (settler) return settler(action, actions, clusterId, signal);
  const present = action.kind.endsWith("-task")
    ? await actions.scheduled.all(signal)
    : await actions.rules(clusterId, signal);
  const there = present.some(({ name }) => name === action.subject);
  const meant = !action.kind.startsWith("remove-");
  return there === meant
    ? { result: "done", text: "found so by a later run" }
    : { result: "failed", text: "found otherwise by a later run" };
}
