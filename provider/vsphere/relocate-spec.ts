import { retrieveProperties } from "./properties";
import type { Invoke, ServiceContent, VcenterSession } from "./session";
import type { TaskOptions } from "./tasks";
import { type Parameter, Reference, reference } from "./values";

export interface RelocateOptions extends TaskOptions {
  /** Id of the datastore to which its disks move as well. */
  readonly datastore?: string;
}

/**
 * A VirtualMachineRelocateSpec. A move between clusters needs the new one's resource pool; within a cluster the VM keeps
 * its own.
 */
export function relocateSpec(
  session: VcenterSession,
  vm: string,
  host: string,
  { signal, datastore }: RelocateOptions = {},
): Promise<Parameter> {
  const target = new Reference("HostSystem", host);
  return session.read(async (invoke, content) => {
    const owner = await computeResourceOf(invoke, content, target);
    const [now] = await retrieveProperties(invoke, content, [new Reference("VirtualMachine", vm)], ["runtime.host"]);
    const from = reference(now?.properties["runtime.host"]);
    const old = from && (await computeResourceOf(invoke, content, from));
    // The order of the elements is the schema's.
    const spec = { datastore: datastore && new Reference("Datastore", datastore), host: target };
    if (!owner || owner.id === old?.id) return spec;
    const [resource] = await retrieveProperties(invoke, content, [owner], ["resourcePool"]);
    return {
      datastore: spec.datastore,
      pool: reference(resource?.properties.resourcePool) ?? undefined,
      host: spec.host,
    };
  }, signal);
}

async function computeResourceOf(invoke: Invoke, content: ServiceContent, host: Reference): Promise<Reference | null> {
  const [found] = await retrieveProperties(invoke, content, [host], ["parent"]);
  return reference(found?.properties.parent);
}
