import type { Cluster, ResourcePool, Snapshot } from "../../engine/snapshot";
import { actionLogOf } from "../acting";
import type { Settings } from "../settings";
import { openInventory } from "../world";
import { placeholderNameOf } from "./inputs";
import { disksOf, plannedIn, type PlannedPreparation, type PreparationDrift, reservationOf } from "./planned";
import { sameReservation } from "./pool";
import { isOwnPool } from "./site";
import { overheadNow, recordOf } from "./track";

type State = Readonly<Record<string, unknown>>;

/**
 * What a refresh finds: the pool gone, changed by somebody, past its window, or there though nothing is prepared; a
 * placeholder disk gone. Only read: a run that acts meanwhile is not to be kept from it.
 * @param now epoch seconds
 */
export async function readPreparation(state: State, settings: Settings, now: number): Promise<State> {
  const planned = plannedIn(state);
  if (planned === null) return { ...state, drift: [] };
  const owner = String(state.owner);
  const snapshot = await snapshotOf(settings);
  const cluster = snapshot.clusters.find(({ id }) => id === planned.clusterId);
  const log = actionLogOf(settings.journal);
  const found = cluster ? childPool(snapshot, cluster, planned.pool) : null;
  const key = `${planned.source}/${planned.clusterId}`;
  const own =
    found && (found.id === state.poolId || isOwnPool(await log.actions(), owner, key, planned.pool)) ? found : null;
  const overhead = await overheadNow(log, planned.source, owner, now);
  const record = await recordOf(settings, owner);
  return { ...state, record, overhead, drift: driftOf(planned, own, cluster, snapshot, now) };
}

export async function snapshotOf(settings: Settings): Promise<Snapshot> {
  const inventory = openInventory(settings);
  try {
    return await inventory.snapshot();
  } finally {
    await inventory.close();
  }
}

/** The child of that name of the cluster's root pool. */
export const childPool = ({ resourcePools }: Snapshot, cluster: Cluster, name: string): ResourcePool | null =>
  resourcePools.find((pool) => pool.parent === cluster.resourcePool && pool.name === name) ?? null;

function driftOf(
  { pool, prepared, until }: PlannedPreparation,
  own: ResourcePool | null,
  cluster: Cluster | undefined,
  snapshot: Snapshot,
  now: number,
): PreparationDrift[] {
  const held = own && { cpuMhz: own.cpuReservationMhz, memoryMib: own.memoryReservationMb };
  const holds = held && `${held.cpuMhz} MHz and ${held.memoryMib} MiB`;
  if (prepared === null) {
    if (held === null || (held.cpuMhz === 0 && held.memoryMib === 0)) return [];
    return [{ what: "reservation stale", detail: `"${pool}" reserves ${holds}, and nothing is to be prepared` }];
  }
  const drift: PreparationDrift[] = [];
  const wanted = reservationOf(prepared);
  if (held === null) drift.push({ what: "pool missing", detail: `the cluster has no resource pool "${pool}" of ours` });
  else if (!sameReservation(held, wanted)) {
    const detail = `it reserves ${holds}, not ${wanted.cpuMhz} MHz and ${wanted.memoryMib} MiB`;
    drift.push({ what: "reservation changed", detail });
  }
  for (const [datastore, gib] of disksOf(prepared)) {
    const name = snapshot.datastores.find(({ id }) => id === datastore)?.name ?? datastore;
    const placeholder = placeholderNameOf(pool, cluster?.name ?? "", name);
    if (gib === 0 || snapshot.virtualMachines.some((vm) => vm.name === placeholder)) continue;
    drift.push({ what: "placeholder missing", detail: `none of ours holds ${gib} GiB of ${name}` });
  }
  if (held && until !== null && Date.parse(until) / 1000 <= now) {
    drift.push({ what: "reservation stale", detail: `its window ended at ${until}` });
  }
  return drift;
}
