import { AffinityError } from "../../engine/errors";
import { disksOf, type Prepared } from "./planned";
import { placeholderNameOf } from "./inputs";
import { annotationOf } from "./annotation";
import { type OwnPlaceholder, ownPlaceholders, type Site } from "./site";

const VCPUS = 1;
const MEMORY_MIB = 4;

/** A disk can't lie in a datastore by itself everywhere (vSAN, vVols): a VM that never runs holds it. */
export async function ensurePlaceholders(
  site: Site,
  prepared: Prepared,
  poolId: string,
  eagerlyZeroed: boolean,
): Promise<void> {
  const wanted = disksOf(prepared);
  const there = await ownPlaceholders(site);
  const fits = (own: OwnPlaceholder) => own.gib === wanted.get(own.datastore);
  for (const own of there.filter((each) => !fits(each))) await remove(site, own);
  const kept = new Set(there.filter(fits).map(({ datastore }) => datastore));
  for (const [datastore, gib] of wanted) {
    if (kept.has(datastore) || gib === 0) continue;
    const { hostId } = prepared.hosts.find(({ datastoreId }) => datastoreId === datastore)!;
    await create(site, datastore, gib, { poolId, hostId, eagerlyZeroed });
  }
}

/** Removes every placeholder VM of this resource. */
export async function removePlaceholders(site: Site): Promise<void> {
  for (const own of await ownPlaceholders(site)) await remove(site, own);
}

async function create(
  site: Site,
  datastore: string,
  gib: number,
  { poolId, hostId, eagerlyZeroed }: { poolId: string; hostId: string; eagerlyZeroed: boolean },
): Promise<void> {
  const { acting, owner, cluster, pool } = site;
  const { name: datastoreName } = acting.snapshot.datastores.find(({ id }) => id === datastore)!;
  const name = placeholderNameOf(pool, cluster.name, datastoreName);
  const detail = { datastore, gib, host: hostId, pool: poolId };
  await acting.logged({ kind: "create-placeholder", subject: name, cluster: cluster.id, detail }, async () => {
    const draft = {
      ...{ name, annotation: annotationOf(owner), cluster: cluster.id, pool: poolId, host: hostId, datastore },
      ...{ vcpus: VCPUS, memoryMib: MEMORY_MIB, disk: { gib, eagerlyZeroed } },
    };
    await acting.actions.machines.create(draft, datastoreName);
    if ((await acting.actions.machines.find(cluster.id, name)) === null) throw unverified(name, "made");
  });
}

async function remove({ acting, cluster }: Site, { name, id, datastore, gib }: OwnPlaceholder): Promise<void> {
  const detail = { id, datastore, gib };
  await acting.logged({ kind: "remove-placeholder", subject: name, cluster: cluster.id, detail }, async () => {
    const found = await acting.actions.machines.find(cluster.id, name);
    if (found) await acting.actions.machines.remove(found);
    if (await acting.actions.machines.find(cluster.id, name)) throw unverified(name, "removed");
  });
}

const unverified = (name: string, what: string) =>
  new AffinityError({
    code: "PREPARATION_UNVERIFIED",
    message: `vCenter reported the placeholder VM "${name}" as ${what}, but it is not so`,
    hint: "look at vCenter's recent tasks; the next run asks again",
  });
