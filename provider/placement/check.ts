import { findCluster } from "../../engine/snapshot";
import { candidateHosts } from "../../engine/planner";
import type { Settings } from "../settings";
import { instantOf, withWorld, type World } from "../world";
import {
  knownInputs,
  parseInputs,
  type PlacementInputs,
  requestOf,
  sameUserInputs,
  UNKNOWN,
  userInputs,
} from "./inputs";
import { confirmed, type Planned, plannedIn, plannedOf } from "./planned";
import { clusterKey, promise, promisedByOthers, reservationsOf } from "./promises";
import { planOnce } from "./proposal";

type State = Readonly<Record<string, unknown>>;

/**
 * Plans, and returns the plan as inputs: so it shows in the preview, reaches dependents and policies. The same plan
 * comes back for the update that follows, and for every later one until a better plan passes the threshold.
 * @param now epoch seconds
 * @throws AffinityError for what is wrong with the inputs, the settings or the world.
 */
export async function checkPlacement(olds: State, news: State, settings: Settings, now: number): Promise<State> {
  const user = userInputs(news);
  const known = knownInputs(user);
  if (known.inputs === null) return { ...user, placements: UNKNOWN, moves: UNKNOWN, plan: UNKNOWN };
  const inputs = parseInputs(known.inputs);
  const fresh = await withWorld(settings, (world) => decide(inputs, plannedIn(olds), settings, world, now));
  if (known.unknown.length > 0) return { ...user, ...partly(fresh, known.unknown) };
  const inForce = plannedIn(olds);
  const kept = inForce && sameUserInputs(olds, news) ? confirmed(inForce, fresh) : null;
  return { ...user, ...(kept ?? fresh) };
}

async function decide(
  inputs: PlacementInputs,
  inForce: Planned | null,
  settings: Settings,
  world: World,
  now: number,
): Promise<Planned> {
  const { snapshot, journal } = world;
  const key = clusterKey(snapshot, findCluster(snapshot, inputs.cluster));
  const request = requestOf(inputs, settings.plan, {
    asOf: await instantOf(settings, world, now),
    keep: Object.fromEntries(inForce?.placements.map(({ vm, hostId }) => [vm, hostId]) ?? []),
    reservations: promisedByOthers(snapshot, key, inputs.owner, await journal.reservations(key, inputs.owner)),
  });
  const plan = await planOnce(inputs.owner, request, world, settings.device, now);
  promise(key, inputs.owner, reservationsOf(plan.virtualMachines, inputs));
  const named = new Set(inputs.virtualMachines.map((vm) => vm.name));
  return plannedOf(plan, named, candidateHosts(request, snapshot));
}

/** The unknown item makes the whole list unknown to dependents, while the preview shows the rest. */
function partly(planned: Planned, unknown: readonly string[]): State {
  const lacking = { what: "inputs not known yet", subjects: [...unknown], fallback: "planned when they are known" };
  return {
    ...planned,
    placements: [...planned.placements, UNKNOWN],
    plan: { ...planned.plan, lacking: [...planned.plan.lacking, lacking] },
  };
}
