import { Declarations, openJournal, PredictionLog } from "../../engine/journal";
import { isOpen } from "../../engine/planner/constraints/tables";
import { restartName } from "../../engine/planner/proactive";
import { keyOf, promisedTo, stackOf } from "../placement/promises";
import type { Settings } from "../settings";
import { openInventory } from "../world";
import { reservationOf, sameDecision } from "./check";
import { sameUserInputs } from "./inputs";
import { plannedIn, type PlannedProactive, type ProactiveDrift } from "./planned";
import { directorOf, withDirector, withdrawnAddresses } from "./records";

type State = Readonly<Record<string, unknown>>;
const KIND = "ProactiveAllocation";

/** What of a state differs: what was asked or decided, an address that is to change, or what a refresh found. */
export function diffProactive(olds: State, news: State): boolean {
  if (!sameUserInputs(olds, news)) return true;
  if (Array.isArray(olds.drift) && olds.drift.length > 0) return true;
  const [before, after] = [plannedIn(olds), plannedIn(news)];
  if (before === null || after === null) return before !== after;
  return isRedirecting(after) || !sameDecision(before, after);
}

export const isRedirecting = ({ redirection }: PlannedProactive): boolean =>
  redirection !== null && redirection.withdraw.length + redirection.restore.length > 0;

/** The name that the program gave. */
const nameIn = ({ traffic }: State): string | null => (traffic as { name?: string } | undefined)?.name ?? null;

/**
 * Keeps the room, makes the names lead where they should, and leaves the declaration for scheduled runs. Done again after
 * a crash, it ends the same.
 * @throws AffinityError ROOM_TAKEN where another stack was promised the room meanwhile, and those of the zone and journal.
 */
export async function applyProactive(
  olds: State,
  inputs: State,
  settings: Settings,
  now: () => number,
): Promise<State> {
  const planned = plannedIn(inputs);
  if (planned === null) throw new Error("the proactive allocation has no plan: its inputs did not come from check");
  const owner = String(inputs.owner);
  const cluster = `${planned.source}/${planned.clusterId}`;
  const journal = openJournal(settings.journal);
  const reckoned = new Set((promisedTo(cluster, owner)?.known ?? []).map(keyOf));
  await journal.reserve(
    cluster,
    owner,
    planned.reservations.map((room) => reservationOf(owner, room)),
    (other) => stackOf(other.owner) === stackOf(owner) || other.owner === olds.owner || reckoned.has(keyOf(other)),
  );
  const drainedAt = isRedirecting(planned) ? await redirect(owner, planned, settings, now) : (olds.drainedAt ?? null);
  const [formerName, name] = [nameIn(olds), nameIn(inputs)];
  if (formerName !== null && formerName !== name) await giveBack(owner, planned, formerName, settings, now);
  const withdrawn = name === null ? [] : await withdrawnAddresses(settings, owner, planned.source, name);
  const scores = planned.members.flatMap(({ id, risk, because }) =>
    id === null ? [] : [{ subject: id, score: risk, evidence: because, at: now() }],
  );
  await new PredictionLog(settings.journal).updateRisks(cluster, scores);
  const state = { ...inputs, withdrawn, drainedAt: withdrawn.length > 0 ? drainedAt : null, drift: [] };
  await new Declarations(settings.journal).save({ owner, kind: KIND, cluster, state });
  return state;
}

/** @returns when the last client may have forgotten what was taken away: ISO 8601, UTC; null where nothing was */
async function redirect(
  owner: string,
  { source, clusterId, redirection }: PlannedProactive,
  settings: Settings,
  now: () => number,
): Promise<string | null> {
  const { name, withdraw, restore } = redirection!;
  return withDirector(settings, { owner, source, clusterId }, now, async ({ change }) => {
    // What comes back first: at no instant are fewer left than after.
    for (const address of restore) await change("restore-record", name, address);
    let longest = 0;
    for (const address of withdraw) {
      const { ttlSeconds } = await change("withdraw-record", name, address);
      longest = Math.max(longest, ttlSeconds);
    }
    return withdraw.length > 0 ? new Date((now() + longest) * 1000).toISOString() : null;
  });
}

/** Releases the room, and gives back every address that this resource took away. */
export async function removeProactive(state: State, settings: Settings, now: () => number): Promise<void> {
  const planned = plannedIn(state);
  const owner = String(state.owner);
  await openJournal(settings.journal).release(owner);
  if (planned === null) return;
  const name = nameIn(state);
  if (name !== null) await giveBack(owner, planned, name, settings, now);
  await new Declarations(settings.journal).withdraw(owner, KIND, `${planned.source}/${planned.clusterId}`);
}

/** Every address that this owner took from the name. */
async function giveBack(
  owner: string,
  { source, clusterId }: PlannedProactive,
  name: string,
  settings: Settings,
  now: () => number,
): Promise<void> {
  const away = await withdrawnAddresses(settings, owner, source, name);
  if (away.length === 0) return;
  await withDirector(settings, { owner, source, clusterId }, now, async ({ change }) => {
    for (const address of away) await change("restore-record", name, address);
  });
}

/** What a refresh finds: room that is no longer kept, or kept where no VM can start; an address that somebody gave back. */
export async function readProactive(state: State, settings: Settings, now: () => number): Promise<State> {
  const planned = plannedIn(state);
  if (planned === null) return state;
  const drift: ProactiveDrift[] = [];
  const cluster = `${planned.source}/${planned.clusterId}`;
  const kept = new Set(
    (await openJournal(settings.journal).reservations(cluster))
      .filter(({ owner }) => owner === state.owner)
      .map(({ virtualMachine, host }) => `${virtualMachine}>${host}`),
  );
  const inventory = openInventory(settings);
  try {
    const { hosts } = planned.reservations.length > 0 ? await inventory.snapshot() : { hosts: [] };
    for (const { vm, hostId, host } of planned.reservations) {
      const found = hosts.find(({ id }) => id === hostId);
      if (!kept.has(`${restartName(vm)}>${hostId}`))
        drift.push({ what: "reservation missing", detail: `for ${vm} on ${host}` });
      else if (!found || !isOpen(found))
        drift.push({ what: "reservation stale", detail: `${host}, kept for ${vm}, can't run VMs` });
    }
  } finally {
    await inventory.close();
  }
  const name = nameIn(state);
  const withdrawn = Array.isArray(state.withdrawn) ? state.withdrawn.map(String) : [];
  if (name !== null && withdrawn.length > 0) {
    const { addresses } = await directorOf(settings, now).targets(name);
    for (const address of withdrawn.filter((each) => addresses.includes(each))) {
      drift.push({ what: "address given back", detail: `${name} leads to ${address} again` });
    }
  }
  return { ...state, drift };
}
