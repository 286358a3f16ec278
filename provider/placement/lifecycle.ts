import { canonicalJson } from "../../engine/digest";
import { openJournal } from "../../engine/journal";
import { findCluster } from "../../engine/snapshot";
import type { Settings } from "../settings";
import { openInventory } from "../world";
import { parseInputs, sameUserInputs, userInputs } from "./inputs";
import { type Planned, plannedIn } from "./planned";
import { reservationsOf } from "./promises";

type State = Readonly<Record<string, unknown>>;

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

/** Keeps the room for the VMs that are to be made, so that no other stack is given it. Nothing is done in vCenter. */
export async function recordPlacement(inputs: State, settings: Settings): Promise<State> {
  const planned = plannedIn(inputs);
  if (planned === null) throw new Error("the placement has no plan: its inputs did not come from check");
  const parsed = parseInputs(userInputs(inputs));
  const { cluster, source } = planned.plan;
  await openJournal(settings.journal).reserve(
    `${source}/${cluster.id}`,
    parsed.owner,
    reservationsOf(planned.placements, parsed),
  );
  return { ...inputs, drift: [] };
}

export async function releasePlacement(state: State, settings: Settings): Promise<void> {
  await openJournal(settings.journal).release(String(state.owner));
}

/** Asks the inventory where the placed VMs run; a VM that is not made yet has not drifted. */
export async function readPlacement(state: State, settings: Settings): Promise<State> {
  const planned = plannedIn(state);
  if (planned === null) return state;
  const inventory = openInventory(settings);
  try {
    const snapshot = await inventory.snapshot();
    const cluster = findCluster(snapshot, planned.plan.cluster.id);
    const hosts = new Map(snapshot.hosts.map((host) => [host.id, host.name]));
    const vms = new Map(snapshot.virtualMachines.filter((vm) => vm.cluster === cluster.id).map((vm) => [vm.name, vm]));
    const drift: Drifted[] = planned.placements.flatMap(({ vm, hostId, host }) => {
      const actual = vms.get(vm)?.host;
      return actual === undefined || actual === null || actual === hostId
        ? []
        : [{ vm, planned: host, actual: hosts.get(actual) ?? actual }];
    });
    return { ...state, drift };
  } finally {
    await inventory.close();
  }
}
