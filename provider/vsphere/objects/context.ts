import type { Tag } from "../../../engine/snapshot";
import type { Notes } from "../notes";
import type { ManagedObject } from "../properties";
import { list, number, reference, referenceIds, text, type Tree } from "../values";

/** What the readers of single objects share: the ids that exist, the labels, and where to leave remarks. */
export interface ReadContext {
  readonly notes: Notes;
  /** Ids of the objects that were read, by the schema's kind. */
  readonly ids: Readonly<Record<"cluster" | "host" | "vm" | "pool" | "datastore" | "network", ReadonlySet<string>>>;
  /** Names of the custom attributes by key. */
  readonly fields: ReadonlyMap<number, string>;
  /** Tags by "Type:id". */
  readonly tags: ReadonlyMap<string, readonly Tag[]>;
}

/** Bytes in a MB as the schema counts them (2^20, vSphere's own). */
export const BYTES_PER_MB = 1024 * 1024;

/** vCenter escapes /, \ and % in the names of inventory objects. */
export const decodeName = (name: string): string =>
  name.replace(/%(2f|5c|25)/gi, (escaped) => decodeURIComponent(escaped));

/** The name, or the id of an object whose name can't be read. */
export function nameOf(object: ManagedObject): string {
  return decodeName(text(object.properties.name) || object.reference.id);
}

/** A positive amount, or null: a size of zero is one that the vCenter doesn't know (a disconnected host). */
export function positive(tree: Tree, ...path: readonly string[]): number | null {
  const value = number(tree, ...path);
  return value !== null && value > 0 ? value : null;
}

/** A reservation; absent means none. */
export const reservation = (tree: Tree): number => Math.max(0, number(tree, "reservation") ?? 0);

/** A limit; -1 and absent mean none. */
export function limit(tree: Tree): number | null {
  const value = number(tree, "limit");
  return value !== null && value > 0 ? value : null;
}

/** Those ids of a reference property that the snapshot holds, in order; the rest is remarked on. */
export function knownIds(
  context: ReadContext,
  object: ManagedObject,
  property: string,
  kind: keyof ReadContext["ids"],
): string[] {
  return keepKnown(context, object, [...new Set(referenceIds(object.properties[property]))].sort(byId), kind);
}

export function keepKnown(
  context: ReadContext,
  object: ManagedObject,
  ids: readonly string[],
  kind: keyof ReadContext["ids"],
): string[] {
  return ids.filter((id) => {
    if (context.ids[kind].has(id)) return true;
    context.notes.add(
      KINDS[object.reference.type] ?? "object",
      nameOf(object),
      `refers to a ${kind} the user can't see`,
    );
    return false;
  });
}

/** The id of a single reference if the snapshot holds it. */
export function knownId(
  context: ReadContext,
  object: ManagedObject,
  property: string,
  kind: keyof ReadContext["ids"],
): string | null {
  const target = reference(object.properties[property]);
  return target ? (keepKnown(context, object, [target.id], kind)[0] ?? null) : null;
}

/** Tags and custom attributes. */
export function labelsOf(
  context: ReadContext,
  object: ManagedObject,
): { tags: Tag[]; attributes: Record<string, string> } {
  const values = list(object.properties.customValue, "CustomFieldValue").flatMap((item) => {
    const field = context.fields.get(number(item, "key") ?? NaN);
    const value = text(item, "value");
    return field !== undefined && value !== null && value !== "" ? [[field, value] as const] : [];
  });
  return {
    tags: [...(context.tags.get(`${object.reference.type}:${object.reference.id}`) ?? [])],
    attributes: Object.fromEntries(values.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** "vm-9" before "vm-10". */
export const byId = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

export const KINDS: Readonly<Record<string, string>> = {
  VirtualMachine: "virtual machine",
  HostSystem: "host",
  ClusterComputeResource: "cluster",
  ResourcePool: "resource pool",
  VirtualApp: "resource pool",
  Datastore: "datastore",
};
