import { digestOf } from "../../engine/digest";
import { AffinityError } from "../../engine/errors";
import { PreparationLog } from "../../engine/journal";
import type { RequestRecord } from "../../engine/models/profile";
import { findCluster, type Snapshot } from "../../engine/snapshot";
import type { Settings } from "../settings";
import type { World } from "../world";
import { poolNameOf, type PreparationInputs } from "./inputs";
import type { PlannedPreparation } from "./planned";
import { childPool } from "./read";

/** What is to be decided. */
export interface Question {
  readonly inputs: PreparationInputs;
  /** What is in force. */
  readonly before: PlannedPreparation | null;
  readonly history: readonly RequestRecord[];
  /** Epoch seconds. */
  readonly asOf: number;
}

type Decide = (asOf: number, shownHosts: readonly string[]) => Promise<PlannedPreparation>;

/**
 * The decision, made once: `pulumi up` checks for its preview and again for the update, and a prediction a minute later may
 * differ. What the first showed, the second carries out while its window lasts: as it was, where the inventory is the same; for
 * the same instant and, where they still serve, the same hosts, where it isn't. A request that has come meanwhile, or a pool
 * that a scheduled run has made or given back, make the decision anew.
 */
export async function decideOnce(
  question: Question,
  world: World,
  settings: Settings,
  decide: Decide,
): Promise<PlannedPreparation> {
  const { inputs, asOf } = question;
  const log = new PreparationLog(settings.journal);
  const asked = digestOf({ ...askedOf(question, world), clock: settings.asOf });
  const basis = digestOf(inventoryOf(world.snapshot, inputs.cluster));
  const last = await log.proposal<PlannedPreparation>(inputs.owner);
  const shown = last && last.asked === asked && asOf >= last.asOf && asOf < last.validUntil ? last : null;
  if (shown?.basis === basis) return shown.decision;
  const hosts = shown?.decision.prepared?.hosts.map(({ hostId }) => hostId) ?? [];
  const instant = shown?.asOf ?? asOf;
  const decision = await decide(instant, hosts);
  const ends = decision.until === null ? Infinity : Date.parse(decision.until) / 1000;
  const validUntil = Math.min(instant + 60 * inputs.windowMinutes, ends);
  try {
    await log.propose(inputs.owner, { asked, basis, asOf: instant, validUntil, decision });
  } catch (error) {
    // A preview needs no journal that can be written: what it shows is worth seeing all the same.
    if (!(error instanceof AffinityError)) throw error;
  }
  return decision;
}

function askedOf({ inputs, before, history }: Question, { snapshot, models }: World): Record<string, unknown> {
  const { user, application } = inputs;
  const own = history.filter(
    (record) =>
      (user === undefined || record.user === user) && (application === undefined || record.application === application),
  );
  const newest = own.reduce((latest, { start }) => Math.max(latest, start), 0);
  const pool = childPool(snapshot, findCluster(snapshot, inputs.cluster), poolNameOf(inputs));
  return { inputs, before, pool, requests: [own.length, newest], models: models?.inputs ?? null };
}

/** What hosts are chosen by; free space and clocks, which change all the time, are not among it. */
function inventoryOf(snapshot: Snapshot, named: string): Record<string, unknown> {
  const cluster = findCluster(snapshot, named);
  const here = (item: { readonly cluster: string | null }) => item.cluster === cluster.id;
  return {
    cluster,
    hosts: snapshot.hosts.filter(here),
    pools: snapshot.resourcePools.filter(here),
    virtualMachines: snapshot.virtualMachines
      .filter(here)
      .map(({ id, host, power, resourcePool, cpuReservationMhz, memoryReservationMb }) => [
        ...[id, host, power, resourcePool, cpuReservationMhz, memoryReservationMb],
      ]),
    datastores: snapshot.datastores.map(({ id, accessible, maintenance }) => [id, accessible, maintenance]),
  };
}
