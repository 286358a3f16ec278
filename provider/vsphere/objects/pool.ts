import type { ResourcePool } from "../../../engine/snapshot";
import type { ManagedObject } from "../properties";
import { reference } from "../values";
import { limit, nameOf, type ReadContext, reservation } from "./context";

export const POOL_PATHS = ["name", "parent", "owner", "config.cpuAllocation", "config.memoryAllocation"] as const;

/** A resource pool or a vApp. */
export function readPool(context: ReadContext, object: ManagedObject): ResourcePool {
  const { properties } = object;
  const owner = reference(properties.owner);
  const parent = reference(properties.parent);
  // A root pool's allocation is what vCenter reckons the cluster to be worth, not a bound that somebody set.
  const root = parent?.type !== "ResourcePool" && parent?.type !== "VirtualApp";
  const cpu = root ? undefined : properties["config.cpuAllocation"];
  const memory = root ? undefined : properties["config.memoryAllocation"];
  return {
    id: object.reference.id,
    name: nameOf(object),
    cluster: owner && context.ids.cluster.has(owner.id) ? owner.id : null,
    parent: parent && context.ids.pool.has(parent.id) ? parent.id : null,
    cpuReservationMhz: reservation(cpu),
    memoryReservationMb: reservation(memory),
    cpuLimitMhz: limit(cpu),
    memoryLimitMb: limit(memory),
  };
}
