import { VimFault } from "./errors";
import type { Invoke, ServiceContent } from "./session";
import {
  at,
  kindOf,
  list,
  type Parameter,
  type ParameterObject,
  reference,
  type Reference,
  text,
  type Tree,
} from "./values";

/** Properties to read, by type of managed object. A base type stands for its subtypes. */
export type PropertyPaths = Readonly<Record<string, readonly string[]>>;

/** A managed object and those of its properties that it has and the user may see. */
export interface ManagedObject {
  readonly reference: Reference;
  readonly properties: Readonly<Record<string, Tree>>;
  /** Paths that could not be read, with the fault's type (NoPermission and the like). */
  readonly missing: readonly { path: string; fault: string }[];
}

export interface RetrieveOptions {
  /** Objects in one answer (250): a bound on its size, whatever the inventory's. */
  readonly pageSize?: number;
  /** Cuts a property down to what is wanted of it as soon as it is read, so that memory holds one page in full. */
  readonly trim?: (path: string, value: Tree) => Tree;
}
const PAGE = 250;

/**
 * Reads properties of every object of the given types below the root folder: one container view, paged. The type Task
 * stands for the recent tasks of the hosts.
 * A session that ends between two pages takes view and page token with it, so the whole is one piece of work.
 */
export async function retrieveInventory(
  invoke: Invoke,
  content: ServiceContent,
  paths: PropertyPaths,
  options: RetrieveOptions = {},
): Promise<ManagedObject[]> {
  const view = reference(
    await invoke("CreateContainerView", content.service("viewManager"), {
      container: content.service("rootFolder"),
      type: Object.keys(paths).filter((type) => type !== "Task"),
      recursive: true,
    }),
  );
  if (!view) throw new VimFault("CreateContainerView", "no view", undefined, "");
  try {
    return await retrieve(invoke, content, paths, [throughView(view, "Task" in paths)], options);
  } catch (error) {
    if (error instanceof VimFault && error.fault === "ManagedObjectNotFound" && text(error.detail, "obj") === view.id) {
      throw new VimFault(error.method, "SessionViewLost", error.detail, "the session's view is gone");
    }
    throw error;
  } finally {
    // An open view costs the vCenter memory until the session ends; that it can't be closed changes no result.
    await invoke("DestroyView", view).catch(() => undefined);
  }
}

/** Reads properties of the objects named. */
export function retrieveProperties(
  invoke: Invoke,
  content: ServiceContent,
  objects: readonly Reference[],
  paths: readonly string[],
): Promise<ManagedObject[]> {
  if (objects.length === 0) return Promise.resolve([]);
  const types = Object.fromEntries(objects.map((object) => [object.type, paths]));
  return retrieve(
    invoke,
    content,
    types,
    objects.map((object) => ({ obj: object })),
    {},
  );
}

async function retrieve(
  invoke: Invoke,
  content: ServiceContent,
  paths: PropertyPaths,
  objectSet: readonly ParameterObject[],
  { pageSize = PAGE, trim = (_path, value) => value }: RetrieveOptions,
): Promise<ManagedObject[]> {
  const collector = content.service("propertyCollector");
  const found: ManagedObject[] = [];
  let page = await invoke("RetrievePropertiesEx", collector, {
    specSet: [
      {
        propSet: Object.entries(paths).map(([type, pathSet]) => ({ type, all: false, pathSet }) as Parameter),
        objectSet,
      },
    ],
    options: { maxObjects: pageSize },
  });
  for (;;) {
    for (const object of list(page, "objects")) found.push(managedObject(object, trim));
    const token = text(page, "token");
    if (!token) return found;
    page = await invoke("ContinueRetrievePropertiesEx", collector, { token });
  }
}

/** From the view to its objects, and on to the hosts' recent tasks, which are in no view. */
const throughView = (view: Reference, withTasks: boolean): ParameterObject => ({
  obj: view,
  skip: true,
  selectSet: [
    {
      _typeName: "TraversalSpec",
      name: "view",
      type: view.type,
      path: "view",
      skip: false,
      selectSet: withTasks
        ? [{ _typeName: "TraversalSpec", name: "tasks", type: "HostSystem", path: "recentTask", skip: false }]
        : [],
    },
  ],
});

function managedObject(tree: Tree, trim: NonNullable<RetrieveOptions["trim"]>): ManagedObject {
  const self = reference(tree, "obj");
  if (!self) throw new VimFault("RetrievePropertiesEx", "an object without a reference", tree, "");
  const properties: Record<string, Tree> = {};
  for (const property of list(tree, "propSet")) {
    const name = text(property, "name");
    if (name) properties[name] = trim(name, at(property, "val"));
  }
  const missing = list(tree, "missingSet").map((item) => ({
    path: text(item, "path") ?? "",
    fault: kindOf(at(item, "fault", "fault")) ?? kindOf(at(item, "fault")) ?? "unknown fault",
  }));
  if (missing.some((item) => item.fault === "NotAuthenticated")) {
    throw new VimFault("RetrievePropertiesEx", "NotAuthenticated", undefined, "");
  }
  return { reference: self, properties, missing };
}
