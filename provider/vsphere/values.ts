/**
 * What a vCenter says, as a plain tree: an element with text alone is a string, one with attributes or children an
 * object, one that is repeated an array. `@type` is the type of a managed object reference, `@kind` the data type.
 * The tree keeps no schema, so whoever reads it says what is expected; what isn't there is null, never zero.
 */
export type Tree = string | TreeObject | readonly Tree[] | undefined;
export interface TreeObject {
  readonly [name: string]: Tree;
}

/** A managed object reference: `new Reference("HostSystem", "host-12")`. */
export class Reference {
  constructor(
    readonly type: string,
    readonly id: string,
  ) {}
}

/** A parameter of a method. `_typeName` names the data type where the declared one is a base type, as in VI JSON. */
export type Parameter = string | number | boolean | Reference | ParameterObject | readonly Parameter[] | undefined;
export interface ParameterObject {
  readonly [name: string]: Parameter;
}

const isObject = (tree: Tree): tree is TreeObject => typeof tree === "object" && !Array.isArray(tree);

/** The element at the end of `path`, or undefined. */
export function at(tree: Tree, ...path: readonly string[]): Tree {
  let here = tree;
  for (const name of path) here = isObject(here) ? here[name] : undefined;
  return here;
}

/** The elements at the end of `path`: none, the only one, or all of them. */
export function list(tree: Tree, ...path: readonly string[]): readonly Tree[] {
  const found = at(tree, ...path);
  if (found === undefined) return [];
  return Array.isArray(found) ? (found as readonly Tree[]) : [found];
}

export function text(tree: Tree, ...path: readonly string[]): string | null {
  const found = at(tree, ...path);
  if (typeof found === "string") return found;
  const inner = at(found, "#text");
  return typeof inner === "string" ? inner : null;
}

/** A finite number, or null. */
export function number(tree: Tree, ...path: readonly string[]): number | null {
  const found = text(tree, ...path);
  if (found === null || found.trim() === "") return null;
  const value = Number(found);
  return Number.isFinite(value) ? value : null;
}

export function flag(tree: Tree, ...path: readonly string[]): boolean | null {
  const found = text(tree, ...path);
  if (found === "true" || found === "1") return true;
  return found === "false" || found === "0" ? false : null;
}

/** The data type (xsi:type) of an element, without its prefix. */
export function kindOf(tree: Tree): string | null {
  const kind = at(tree, "@kind");
  return typeof kind === "string" ? kind.slice(kind.indexOf(":") + 1) : null;
}

export function reference(tree: Tree, ...path: readonly string[]): Reference | null {
  const found = at(tree, ...path);
  const type = at(found, "@type");
  const id = text(found);
  return typeof type === "string" && id ? new Reference(type, id) : null;
}

/** The ids of an array of references, as a property's value holds them. */
export function referenceIds(tree: Tree): string[] {
  return list(tree, "ManagedObjectReference").flatMap((item) => text(item) ?? []);
}
