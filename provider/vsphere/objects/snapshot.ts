import type { Tag } from "../../../engine/snapshot";
import type { Notes } from "../notes";
import type { ManagedObject, PropertyPaths } from "../properties";
import { reference, text } from "../values";
import { CLUSTER_PATHS, readAutomation, readCluster } from "./cluster";
import { byId, decodeName, KINDS, labelsOf, nameOf, type ReadContext } from "./context";
import { DATASTORE_PATHS, readDatastore } from "./datastore";
import { enteringMaintenance, HOST_PATHS, readHost, TASK_PATHS } from "./host";
import { MACHINE_PATHS, readMachine } from "./machine";
import { POOL_PATHS, readPool } from "./pool";

/** What a snapshot needs of each type. `host.vm` is not among it: it is stale after a relocation. */
export const SNAPSHOT_PATHS: PropertyPaths = {
  Datacenter: ["name", "parent"],
  Folder: ["name", "parent"],
  ClusterComputeResource: CLUSTER_PATHS,
  HostSystem: [...HOST_PATHS, "recentTask"],
  ResourcePool: POOL_PATHS,
  Datastore: DATASTORE_PATHS,
  Network: ["name", "customValue"],
  VirtualMachine: MACHINE_PATHS,
  Task: TASK_PATHS,
};

/** What was read of a vCenter. */
export interface Collected {
  /** The vCenter's own clock, ISO 8601. */
  readonly takenAt: string | null;
  readonly objects: readonly ManagedObject[];
  readonly pciNames: ReadonlyMap<string, string>;
  readonly fields: ReadonlyMap<number, string>;
}

/** Puts a snapshot together, lists sorted by id. What it gives has yet to pass `parseSnapshot`. */
export function readSnapshot(
  name: string,
  collected: Collected,
  tags: ReadonlyMap<string, readonly Tag[]>,
  notes: Notes,
): unknown {
  const of = sortObjects(collected.objects);
  const ids = (objects: readonly ManagedObject[]) => new Set(objects.map((object) => object.reference.id));
  const context: ReadContext = {
    notes,
    tags,
    fields: collected.fields,
    ids: {
      cluster: ids(of.clusters),
      host: ids(of.hosts),
      vm: ids(of.machines.filter((vm) => vm.properties["runtime.powerState"] !== undefined)),
      pool: ids(of.pools),
      datastore: ids(of.datastores),
      network: ids(of.networks),
    },
  };
  remarkMissing(collected.objects, notes);
  const entering = enteringMaintenance(of.tasks);
  const hosts = of.hosts.map((object) => readHost(context, object, entering, collected.pciNames));
  const pools = of.pools.map((object) => readPool(context, object));
  const datastores = of.datastores.map((object) => readDatastore(context, object));
  const surroundings = {
    clusterOfHost: new Map(hosts.map((host) => [host.id, host.cluster])),
    clusterOfPool: new Map(pools.map((pool) => [pool.id, pool.cluster])),
    datastoreIdByName: uniqueNames(datastores),
    automation: readAutomation(of.clusters),
  };
  return {
    schemaVersion: 1,
    source: { kind: "vcenter", name },
    takenAt: isoTime(collected.takenAt),
    clusters: of.clusters.map((object) => readCluster(context, object, datacenterOf(object, of.parents))),
    hosts,
    virtualMachines: of.machines
      .map((object) => readMachine(context, object, surroundings))
      .filter((machine) => machine !== null),
    resourcePools: pools,
    datastores,
    networks: of.networks.map((object) => ({
      id: object.reference.id,
      name: nameOf(object),
      ...labelsOf(context, object),
    })),
  };
}

function sortObjects(objects: readonly ManagedObject[]) {
  const sorted = [...objects].sort((a, b) => byId(a.reference.id, b.reference.id));
  const ofType = (...types: string[]) => sorted.filter((object) => types.includes(object.reference.type));
  return {
    clusters: ofType("ClusterComputeResource"),
    hosts: ofType("HostSystem"),
    machines: ofType("VirtualMachine"),
    pools: ofType("ResourcePool", "VirtualApp"),
    datastores: ofType("Datastore"),
    networks: ofType("Network", "DistributedVirtualPortgroup", "OpaqueNetwork"),
    tasks: ofType("Task"),
    parents: new Map(ofType("Folder", "Datacenter").map((object) => [object.reference.id, object])),
  };
}

/** The name of the datacenter above an object. */
function datacenterOf(object: ManagedObject, parents: ReadonlyMap<string, ManagedObject>): string | null {
  let here = reference(object.properties.parent);
  // Folders nest, but not for ever: a bound, should the answer hold a cycle.
  for (let depth = 0; here && depth < 100; depth++) {
    const parent = parents.get(here.id);
    if (here.type === "Datacenter") return parent ? decodeName(text(parent.properties.name) || here.id) : null;
    here = parent ? reference(parent.properties.parent) : null;
  }
  return null;
}

/** Ids by name; null for a name that several datastores (of several datacenters) bear. */
function uniqueNames(datastores: readonly { id: string; name: string }[]): Map<string, string | null> {
  const found = new Map<string, string | null>();
  for (const { id, name } of datastores) found.set(name, found.has(name) ? null : id);
  return found;
}

function remarkMissing(objects: readonly ManagedObject[], notes: Notes): void {
  for (const object of objects) {
    for (const { path, fault } of object.missing) {
      const kind = KINDS[object.reference.type];
      if (kind) notes.add(kind, nameOf(object), `${path} can't be read (${fault})`);
    }
  }
}

/** In UTC and milliseconds, as every snapshot has it; null (which the schema refuses) where the clock can't be read. */
function isoTime(time: string | null): string | null {
  const milliseconds = Date.parse(time ?? "");
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString();
}
