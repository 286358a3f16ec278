import type { Datastore } from "../../../engine/snapshot";
import type { ManagedObject } from "../properties";
import { flag, number, text, type Tree } from "../values";
import { BYTES_PER_MB, labelsOf, nameOf, type ReadContext } from "./context";

export const DATASTORE_PATHS = [
  "name",
  "customValue",
  "summary.type",
  "summary.capacity",
  "summary.freeSpace",
  "summary.accessible",
  "summary.maintenanceMode",
] as const;

export function readDatastore(context: ReadContext, object: ManagedObject): Datastore {
  const { properties } = object;
  const accessible = flag(properties["summary.accessible"]) ?? true;
  // The sizes of a datastore that no host reaches are those of long ago, or zero.
  const megabytes = (tree: Tree) => {
    const bytes = accessible ? number(tree) : null;
    return bytes === null || bytes < 0 ? null : Math.floor(bytes / BYTES_PER_MB);
  };
  return {
    id: object.reference.id,
    name: nameOf(object),
    kind: text(properties["summary.type"]) || null,
    capacityMb: megabytes(properties["summary.capacity"]),
    freeMb: megabytes(properties["summary.freeSpace"]),
    accessible,
    maintenance: (text(properties["summary.maintenanceMode"]) ?? "normal") !== "normal",
    ...labelsOf(context, object),
  };
}
