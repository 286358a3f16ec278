import type { Snapshot } from "../engine/snapshot";
import { AffinityError } from "../engine/errors";
import { lazy } from "./lazy";

/**
 * The cluster that is meant: the named one, or the only one.
 * @throws AffinityError CLUSTER_NOT_FOUND, or CLUSTER_AMBIGUOUS naming those there are.
 */
export function chooseCluster(snapshot: Snapshot, named: string | undefined): string {
  if (named !== undefined) return lazy.snapshot().findCluster(snapshot, named).id;
  if (snapshot.clusters.length === 1) return snapshot.clusters[0].id;
  const names = snapshot.clusters.map((cluster) => `"${cluster.name}"`).join(", ");
  throw new AffinityError({
    code: snapshot.clusters.length === 0 ? "CLUSTER_NOT_FOUND" : "CLUSTER_AMBIGUOUS",
    message: `${snapshot.source.name} has ${snapshot.clusters.length === 0 ? "no clusters" : `${snapshot.clusters.length} clusters`}`,
    hint: names ? `say which with --cluster: ${names}` : "a plan is made for a cluster; is this the right inventory?",
  });
}
