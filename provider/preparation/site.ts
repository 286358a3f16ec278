import { AffinityError } from "../../engine/errors";
import type { LoggedAction } from "../../engine/journal";
import { lastWord, type Acting } from "../acting";
import { findCluster, type Cluster } from "../../engine/snapshot";
import type { FoundPool } from "../vsphere";
import { annotationOf } from "./annotation";
import { placeholderNameOf } from "./inputs";

/** Where a preparation acts, and in whose name. */
export interface Site {
  readonly acting: Acting;
  readonly owner: string;
  readonly cluster: Cluster;
  /** Id of the cluster's root resource pool. */
  readonly parent: string;
  /** Name of the preparation's pool. */
  readonly pool: string;
}

/** @throws AffinityError CLUSTER_NOT_FOUND, PREPARATION_NEEDS_DRS */
export function siteOf(acting: Acting, owner: string, clusterId: string, pool: string): Site {
  const cluster = findCluster(acting.snapshot, clusterId);
  if (cluster.resourcePool !== null) return { acting, owner, cluster, parent: cluster.resourcePool, pool };
  throw new AffinityError({
    code: "PREPARATION_NEEDS_DRS",
    message: `the root resource pool of the cluster ${cluster.name} can't be seen`,
    hint: "turn DRS on (manual will do), and let the user read the cluster's resource pools",
  });
}

/**
 * The preparation's pool; null if there is none.
 * @param knownId of the pool, as the state has it
 * @throws AffinityError PREPARATION_POOL_EXISTS for a pool of that name that this resource did not make
 */
export async function ownPool(site: Site, knownId: unknown): Promise<FoundPool | null> {
  const { acting, owner, cluster, parent, pool } = site;
  const found = await acting.actions.pools.find(parent, pool);
  if (found === null || found.id === knownId) return found;
  const key = `${acting.snapshot.source.name}/${cluster.id}`;
  if (isOwnPool(await acting.log.actions(), owner, key, pool)) return found;
  throw new AffinityError({
    code: "PREPARATION_POOL_EXISTS",
    message: `the cluster ${cluster.name} has a resource pool named "${pool}" that this resource did not make`,
    hint: "choose another poolName, or remove the pool",
  });
}

/**
 * Whether the log says that the owner made the cluster's pool of that name, and has not removed it since.
 * @param cluster the vCenter's name, a slash and the cluster's id
 */
export function isOwnPool(actions: readonly LoggedAction[], owner: string, cluster: string, pool: string): boolean {
  const here = actions.filter((action) => action.cluster === cluster);
  const word = lastWord(here, owner, cluster.slice(0, cluster.lastIndexOf("/")), pool);
  return word === "create-pool" || word === "edit-pool";
}

/** A placeholder VM of this resource. */
export interface OwnPlaceholder {
  readonly name: string;
  readonly id: string;
  readonly datastore: string;
  readonly gib: number | null;
}

const MB_PER_GIB = 1024;

/**
 * The placeholder VMs that this resource has, on whichever datastore.
 * @throws AffinityError PREPARATION_NAME_TAKEN for a VM of such a name that isn't this resource's
 */
export async function ownPlaceholders({ acting, owner, cluster, pool }: Site): Promise<OwnPlaceholder[]> {
  const { snapshot, actions } = acting;
  const own: OwnPlaceholder[] = [];
  for (const datastore of snapshot.datastores) {
    const name = placeholderNameOf(pool, cluster.name, datastore.name);
    if (!snapshot.virtualMachines.some((vm) => vm.name === name)) continue;
    const found = await actions.machines.find(cluster.id, name);
    if (found === null) continue;
    if (found.annotation !== annotationOf(owner)) throw taken(name);
    const disks = snapshot.virtualMachines.find(({ id }) => id === found.id)?.disks ?? null;
    const gib = disks && disks.reduce((sum, { capacityMb }) => sum + capacityMb, 0) / MB_PER_GIB;
    own.push({ name, id: found.id, datastore: datastore.id, gib });
  }
  return own;
}

const taken = (name: string) =>
  new AffinityError({
    code: "PREPARATION_NAME_TAKEN",
    message: `there is a VM named "${name}" that this resource did not make`,
    hint: "choose another poolName: the placeholder VMs are named after it",
  });
