import { AffinityError } from "../errors";
import { validate } from "../validate";
import { type Cluster, type Snapshot, snapshotSchema } from "./schema";

/** Where snapshots come from: a vCenter, or a file that `vsphere-affinity export` wrote. Both give the same schema. */
export interface InventorySource {
  /** For messages: a file's name, or the vCenter's address. Never a secret. */
  readonly name: string;
  snapshot(signal?: AbortSignal): Promise<Snapshot>;
  close(): Promise<void>;
}

/** @throws AffinityError INVENTORY_INVALID listing every violation with its path. */
export function parseSnapshot(input: unknown, subject: string): Snapshot {
  return validate(snapshotSchema, input, {
    code: "INVENTORY_INVALID",
    subject,
    hint: "write the file anew with `vsphere-affinity export`",
  });
}

/**
 * The cluster with this name or id.
 * @throws AffinityError CLUSTER_NOT_FOUND naming the clusters there are.
 */
export function findCluster(snapshot: Snapshot, nameOrId: string): Cluster {
  const found =
    snapshot.clusters.find((cluster) => cluster.id === nameOrId) ??
    snapshot.clusters.find((cluster) => cluster.name === nameOrId);
  if (found) return found;
  const names = snapshot.clusters.map((cluster) => `"${cluster.name}"`);
  throw new AffinityError({
    code: "CLUSTER_NOT_FOUND",
    message: `${snapshot.source.name} has no cluster "${nameOrId}"`,
    hint: names.length ? `it has ${names.join(", ")}` : "it has no clusters at all",
  });
}
