import { AffinityError } from "../../engine/errors";
import { clusterRoom } from "../../engine/planner/preparation";
import type { FoundPool, PoolReservation } from "../vsphere";
import { ownPool, type Site } from "./site";

/**
 * Sees to it that the preparation's pool reserves as much as is wanted. Done again after a crash, it ends the same.
 * @returns its id.
 * @throws AffinityError PREPARATION_NO_ROOM, PREPARATION_POOL_EXISTS, PREPARATION_UNVERIFIED and those of the vCenter
 */
export async function ensurePool(site: Site, wanted: PoolReservation, knownId: unknown): Promise<string> {
  const found = await ownPool(site, knownId);
  if (found && sameReservation(found, wanted)) return found.id;
  assertRoom(site, wanted, found?.id ?? null);
  const { acting, parent, pool } = site;
  if (found) await edit(site, found, wanted);
  else {
    await acting.logged(intentOf(site, "create-pool", { parent, ...wanted }), async () => {
      await acting.actions.pools.create(parent, pool, wanted);
      await verified(site, (now) => now !== null && sameReservation(now, wanted));
    });
  }
  return (await acting.actions.pools.find(parent, pool))!.id;
}

/**
 * Gives back what the pool reserves: it goes, unless VMs are in it, which keep their place in an empty reservation.
 * @param always the resource itself goes: VMs that are in the pool fall to its parent
 * @returns the id of the pool that stays; null if none does
 */
export async function releasePool(site: Site, knownId: unknown, always = false): Promise<string | null> {
  const found = await ownPool(site, knownId);
  if (found === null) return null;
  const { acting } = site;
  if (found.virtualMachines.length > 0 && !always) {
    if (!sameReservation(found, NOTHING)) await edit(site, found, NOTHING);
    return found.id;
  }
  const { parent } = site;
  const detail = { parent, id: found.id, virtualMachines: found.virtualMachines };
  await acting.logged(intentOf(site, "remove-pool", detail), async () => {
    await acting.actions.pools.remove(found.id);
    await verified(site, (now) => now === null);
  });
  return null;
}

const NOTHING: PoolReservation = { cpuMhz: 0, memoryMib: 0 };

async function edit(site: Site, found: FoundPool, wanted: PoolReservation): Promise<void> {
  const { acting, parent } = site;
  const before = { cpuMhz: found.cpuMhz, memoryMib: found.memoryMib };
  await acting.logged(intentOf(site, "edit-pool", { parent, id: found.id, ...wanted, before }), async () => {
    await acting.actions.pools.update(found.id, wanted);
    await verified(site, (now) => now !== null && sameReservation(now, wanted));
  });
}

const intentOf = ({ pool, cluster }: Site, kind: string, detail: Record<string, unknown>) => ({
  ...{ kind, subject: pool, cluster: cluster.id, detail },
});

export const sameReservation = (a: PoolReservation, b: PoolReservation): boolean =>
  a.cpuMhz === Math.floor(b.cpuMhz) && a.memoryMib === Math.floor(b.memoryMib);

/** vCenter's own admission control knows nothing of what a later failure of a host will need. */
function assertRoom({ acting, cluster }: Site, wanted: PoolReservation, own: string | null): void {
  const room = clusterRoom(acting.snapshot, cluster, own);
  if (wanted.cpuMhz <= room.cpuMhz && wanted.memoryMib <= room.memoryMib) return;
  throw new AffinityError({
    code: "PREPARATION_NO_ROOM",
    message:
      `the cluster ${cluster.name} can reserve ${Math.floor(room.cpuMhz)} MHz and ${Math.floor(room.memoryMib)} MiB beside ` +
      `what is reserved and what HA keeps for restarts, not ${wanted.cpuMhz} MHz and ${wanted.memoryMib} MiB`,
    hint: "the cluster has changed since the preview; run it again",
  });
}

async function verified({ acting, parent, pool }: Site, holds: (now: FoundPool | null) => boolean): Promise<void> {
  if (holds(await acting.actions.pools.find(parent, pool))) return;
  throw new AffinityError({
    code: "PREPARATION_UNVERIFIED",
    message: `vCenter reported the resource pool "${pool}" as changed, but it is not as asked for`,
    hint: "look at the cluster's resource pools; the next run asks again",
  });
}
