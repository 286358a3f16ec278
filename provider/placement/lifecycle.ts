import { canonicalJson } from "../../engine/digest";
import { Declarations, openJournal } from "../../engine/journal";
import type { Snapshot } from "../../engine/snapshot";
import type { Settings } from "../settings";
import { openInventory } from "../world";
import { parseInputs, sameUserInputs, userInputs } from "./inputs";
import { type Planned, plannedIn } from "./planned";
import { isPromised, keyOf, promisedTo, reservationsOf, stackOf } from "./promises";

type State = Readonly<Record<string, unknown>>;
const KIND = "Placement";

/** A VM that runs elsewhere than its placement says, or nowhere. */
export interface Drifted {
  vm: string;
  planned: string;
  actual: string;
}

/**
 * What of a placement's state differs. The instant of the last confirmation and the telemetry behind it do not count:
 * they are new at every run, and nothing is to be done about them.
 */
export function diffPlacement(olds: State, news: State): boolean {
  if (!sameUserInputs(olds, news)) return true;
  if (Array.isArray(olds.drift) && olds.drift.length > 0) return true;
  return canonicalJson(decision(plannedIn(olds))) !== canonicalJson(decision(plannedIn(news)));
}

const decision = (planned: Planned | null) =>
  planned && { placements: planned.placements, moves: planned.moves, digest: planned.plan.digest };

/**
 * Keeps the room for the VMs that are to be made, so that no other stack is given it. Nothing is done in vCenter.
 * @param olds the state before; a resource that was renamed gives back what it held under its old name
 * @throws AffinityError ROOM_TAKEN if another stack was promised room on these hosts since the plan was made, JOURNAL_*
 * if the promise can't be kept.
 */
export async function recordPlacement(olds: State, inputs: State, settings: Settings): Promise<State> {
  const planned = plannedIn(inputs);
  if (planned === null) throw new Error("the placement has no plan: its inputs did not come from check");
  const parsed = parseInputs(userInputs(inputs));
  const { owner } = parsed;
  const cluster = clusterOf(planned);
  const journal = openJournal(settings.journal);
  const known = (promisedTo(cluster, owner) ?? (await journal.proposal(owner)))?.known ?? [];
  const reckoned = new Set(known.map(keyOf));
  await journal.reserve(
    cluster,
    owner,
    reservationsOf(planned.placements, parsed),
    (other) => stackOf(other.owner) === stackOf(owner) || other.owner === olds.owner || reckoned.has(keyOf(other)),
  );
  if (typeof olds.owner === "string" && olds.owner !== owner && !isPromised(olds.owner)) {
    await journal.release(olds.owner);
  }
  // What a scheduled run compares the cluster with, between two updates.
  const declarations = new Declarations(settings.journal);
  await declarations.save({ owner, kind: KIND, cluster, state: { owner, ...planned } });
  if (typeof olds.owner === "string" && olds.owner !== owner) {
    await declarations.withdraw(olds.owner, KIND, clusterIn(olds));
  }
  return { ...inputs, drift: [] };
}

export async function releasePlacement(state: State, settings: Settings): Promise<void> {
  if (typeof state.owner !== "string") return;
  await openJournal(settings.journal).release(state.owner);
  await new Declarations(settings.journal).withdraw(state.owner, KIND, clusterIn(state));
}

/** As the journal names it. */
const clusterOf = ({ plan }: Planned): string => `${plan.source}/${plan.cluster.id}`;

/** The cluster that a state was planned in; null for a state without a plan. */
function clusterIn(state: State): string | null {
  const planned = plannedIn(state);
  return planned && clusterOf(planned);
}

/**
 * Asks the inventory where the placed VMs run; a VM that is not made yet has not drifted. Where the cluster is gone,
 * there is nothing to compare with: the next check says so.
 */
export async function readPlacement(state: State, settings: Settings): Promise<State> {
  const planned = plannedIn(state);
  if (planned === null) return state;
  const inventory = openInventory(settings);
  try {
    const snapshot = await inventory.snapshot();
    return { ...state, drift: driftOf(planned, snapshot) };
  } finally {
    await inventory.close();
  }
}

/** Placed VMs that run elsewhere than planned. */
export function driftOf({ plan, placements }: Planned, snapshot: Snapshot): Drifted[] {
  const { id } = plan.cluster;
  const hosts = new Map(snapshot.hosts.map((host) => [host.id, host.name]));
  const vms = new Map(snapshot.virtualMachines.filter((vm) => vm.cluster === id).map((vm) => [vm.name, vm]));
  return placements.flatMap(({ vm, hostId, host }) => {
    const actual = vms.get(vm)?.host;
    return actual === undefined || actual === null || actual === hostId
      ? []
      : [{ vm, planned: host, actual: hosts.get(actual) ?? actual }];
  });
}
