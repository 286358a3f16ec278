import type { AffinityError } from "../../engine/errors";
import { candidateHosts } from "../../engine/planner";
import { findCluster } from "../../engine/snapshot";
import type { Settings } from "../settings";
import { instantOf, withWorld, type World } from "../world";
import { knownInputs, parseNews, type PlacementInputs, requestOf, sameUserInputs, UNKNOWN, userInputs } from "./inputs";
import { confirmed, hostsInForce, openHosts, type Planned, plannedIn, plannedOf, withLack } from "./planned";
import { clusterKey, promisedByOthers } from "./promises";
import { planOnce } from "./proposal";
import { inTurn } from "./turn";

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
  const inputs = parseNews(news, known.inputs);
  const partial = known.unknown.length > 0;
  const fresh = await withWorld(settings, (world) =>
    inTurn(() => decide({ inputs, partial, olds }, settings, world, now)),
  );
  if (partial) return { ...user, ...partly(fresh, known.unknown) };
  const inForce = plannedIn(olds);
  const kept = inForce && sameUserInputs(olds, news) ? confirmed(inForce, fresh) : null;
  return { ...user, ...(kept ?? fresh) };
}

interface Asked {
  readonly inputs: PlacementInputs;
  readonly partial: boolean;
  readonly olds: State;
}

async function decide(
  { inputs, partial, olds }: Asked,
  settings: Settings,
  world: World,
  now: number,
): Promise<Planned> {
  const { snapshot, journal } = world;
  const cluster = findCluster(snapshot, inputs.cluster);
  const key = clusterKey(snapshot, cluster);
  // A resource that was renamed is still to be found under its old name, and is not in its own way.
  const fromJournal = (await journal.reservations(key, inputs.owner)).filter(({ owner }) => owner !== olds.owner);
  const draft = requestOf(inputs, settings.plan, {
    asOf: now,
    keep: hostsInForce(olds),
    reservations: promisedByOthers(snapshot, key, inputs.owner, fromJournal),
  });
  const request = { ...draft, asOf: await instantOf({ ...settings, plan: draft.config }, world, now) };
  const question = { inputs, partial, cluster: key, request, fromJournal };
  const { plan, unsaved } = await planOnce(question, world, settings, now);
  const named = new Set(inputs.virtualMachines.map((vm) => vm.name));
  const facts = { candidateHosts: candidateHosts(request, snapshot), hosts: openHosts(snapshot, cluster) };
  const planned = plannedOf(plan, named, facts);
  return unsaved === null ? planned : withLack(planned, lackOf(journal.name, unsaved));
}

const lackOf = (journal: string, unsaved: AffinityError) => ({
  what: "journal",
  subjects: [journal],
  fallback: `planned, but not kept: ${unsaved.message} (${unsaved.code}); an update will fail`,
});

/** The unknown item makes the whole list unknown to dependents, while the preview shows the rest. */
function partly(planned: Planned, unknown: readonly string[]): State {
  const lacking = { what: "inputs not known yet", subjects: [...unknown], fallback: "planned when they are known" };
  return { ...withLack(planned, lacking), placements: [...planned.placements, UNKNOWN] };
}
