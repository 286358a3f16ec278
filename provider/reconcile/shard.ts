import { createHash } from "node:crypto";

/** One part of a fleet: clusters are dealt out by their keys, the same way on every machine. */
export interface Shard {
  /** 0 .. count-1 */
  readonly index: number;
  readonly count: number;
}

/** Whether the cluster (source/id) belongs to the shard. */
export function inShard(cluster: string, { index, count }: Shard): boolean {
  return createHash("sha256").update(cluster).digest().readUInt32BE(0) % count === index;
}
