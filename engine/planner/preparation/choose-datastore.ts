import { AffinityError } from "../../errors";
import type { Datastore, Host, Snapshot } from "../../snapshot";
import type { PreparationRequest } from "./request";

/** This share of a datastore stays free: snapshots and swap files of VMs that run need it. */
const KEPT_FREE = 0.1;
const MB_PER_GIB = 1024;

/**
 * The datastore on which a host's placeholder disk can lie: the one asked for, else the one with most room among those
 * that the host reaches; null where none has the room.
 * @param own GiB of our own disks by datastore id, which count as free; `taken` what this plan has given out on each
 * @throws AffinityError DATASTORE_NOT_FOUND for a name that the vCenter doesn't have
 */
export function chooseDatastore(
  { datastore: wanted }: PreparationRequest,
  host: Host,
  snapshot: Snapshot,
  gib: number,
  own: ReadonlyMap<string, number>,
  taken: ReadonlyMap<string, number>,
): string | null {
  if (wanted !== undefined && !snapshot.datastores.some(({ id, name }) => id === wanted || name === wanted)) {
    throw new AffinityError({
      code: "DATASTORE_NOT_FOUND",
      message: `${snapshot.source.name} has no datastore "${wanted}"`,
      hint: "give the name or id of a datastore that the cluster's hosts reach",
    });
  }
  const free = ({ id, freeMb, capacityMb }: Datastore): number =>
    freeMb === null || capacityMb === null
      ? 0
      : freeMb - KEPT_FREE * capacityMb + ((own.get(id) ?? 0) - (taken.get(id) ?? 0)) * MB_PER_GIB;
  const [best] = snapshot.datastores
    .filter(({ id, accessible, maintenance }) => host.datastores.includes(id) && accessible && !maintenance)
    .filter(({ id, name }) => wanted === undefined || id === wanted || name === wanted)
    .filter((datastore) => free(datastore) >= gib * MB_PER_GIB)
    .sort((a, b) => free(b) - free(a) || (a.id < b.id ? -1 : 1));
  return best?.id ?? null;
}
