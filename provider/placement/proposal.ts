import { digestOf } from "../../engine/digest";
import { AffinityError } from "../../engine/errors";
import type { Journal } from "../../engine/journal";
import type { Plan } from "../../engine/planner/plan";
import type { PlanRequest, Reservation } from "../../engine/planner/request";
import { computePlan } from "../../engine/run";
import type { Settings } from "../settings";
import type { World } from "../world";
import type { PlacementInputs } from "./inputs";
import { notMade, othersRoom, promise, reservationsOf, stackOf, standsBeside } from "./promises";

/** How long an update finds what a preview showed, seconds. */
const VALID_FOR = 3600;

/** What is to be planned. */
export interface Question {
  readonly inputs: PlacementInputs;
  /** Part of the program's inputs is not known yet, and left out of `inputs`. */
  readonly partial: boolean;
  /** The cluster, as reservations name it. */
  readonly cluster: string;
  readonly request: PlanRequest;
  /** Room promised to others, as the journal has it. */
  readonly fromJournal: readonly Reservation[];
}

export interface Answer {
  readonly plan: Plan;
  /** Why the plan is not in the journal; null if it is. */
  readonly unsaved: AffinityError | null;
}

/**
 * The plan for a question, computed once: `pulumi up` checks a resource for its preview and again for the update, maybe
 * on either side of a full hour, in another order and with later telemetry. What the first showed, the second carries
 * out, unless the world has changed in between; then it plans anew for the same instant, and what was shown is left
 * only for a gain.
 */
export async function planOnce(
  question: Question,
  world: World,
  settings: Pick<Settings, "asOf" | "device">,
  now: number,
): Promise<Answer> {
  const { inputs, partial, cluster, request, fromJournal } = question;
  const { snapshot, telemetry, models, journal } = world;
  const { owner } = inputs;
  const asked = digestOf({ ...request, asOf: settings.asOf, reservations: null });
  const otherStacks = fromJournal.filter((other) => stackOf(other.owner) !== stackOf(owner));
  const basis = digestOf({
    asked,
    snapshot: { ...snapshot, takenAt: null },
    telemetry: telemetry?.name ?? null,
    reservations: notMade(snapshot, cluster, otherStacks),
    ...(models && { models: models.inputs }),
  });
  const last = await journal.proposal(owner);
  const recent = last !== null && now >= last.proposedAt && now - last.proposedAt < VALID_FOR;
  const shown = recent && (last.request === asked || last.partial) ? await journal.loadPlan(last.plan) : null;
  if (shown && last?.basis === basis) {
    const room = reservationsOf(shown.virtualMachines, inputs);
    if (standsBeside(cluster, owner, { room, known: last.known })) {
      promise(cluster, owner, room, last.known);
      return { plan: shown, unsaved: null };
    }
  }
  const known = othersRoom(cluster, owner, fromJournal);
  const plan = await computePlan(
    {
      ...request,
      asOf: shown?.asOf ?? request.asOf,
      keep: { ...request.keep, ...hostsIn(shown, inputs) },
      reservations: notMade(snapshot, cluster, known),
    },
    { snapshot, telemetry, models, device: settings.device },
  );
  promise(cluster, owner, reservationsOf(plan.virtualMachines, inputs), known);
  const proposal = { request: asked, partial, basis, plan: plan.digest, proposedAt: now, known };
  return { plan, unsaved: await failureOf(() => save(journal, owner, plan, proposal)) };
}

function hostsIn(shown: Plan | null, { virtualMachines }: PlacementInputs): Record<string, string> {
  const named = new Set(virtualMachines.map(({ name }) => name));
  const placed = shown?.virtualMachines.filter(({ vm }) => named.has(vm)) ?? [];
  return Object.fromEntries(placed.map(({ vm, hostId }) => [vm, hostId]));
}

async function save(journal: Journal, owner: string, plan: Plan, proposal: Parameters<Journal["propose"]>[1]) {
  await journal.savePlan(plan);
  await journal.propose(owner, proposal);
}

/** A preview needs no journal that can be written: what it shows is worth seeing all the same. */
async function failureOf(work: () => Promise<void>): Promise<AffinityError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof AffinityError) return error;
    throw error;
  }
}
