import type { Host } from "../../../engine/snapshot";
import type { ManagedObject } from "../properties";
import { flag, kindOf, list, reference, text } from "../values";
import { BYTES_PER_MB, knownIds, labelsOf, nameOf, positive, type ReadContext } from "./context";

export const HOST_PATHS = [
  "name",
  "parent",
  "customValue",
  "datastore",
  "network",
  "runtime.connectionState",
  "runtime.powerState",
  "runtime.inMaintenanceMode",
  "runtime.inQuarantineMode",
  "summary.hardware",
  "summary.maxEVCModeKey",
  "config.pciPassthruInfo",
  "config.sharedPassthruGpuTypes",
] as const;

const CONNECTIONS = ["connected", "disconnected", "notResponding"] as const;
const POWERS = ["poweredOn", "poweredOff", "standBy", "unknown"] as const;

/** What tells that a host is on its way into maintenance mode: it takes no more VMs, though it isn't there yet. */
export const TASK_PATHS = ["info.descriptionId", "info.entity", "info.state"] as const;

/** Ids of the hosts with a task under way that brings them into maintenance mode. */
export function enteringMaintenance(tasks: readonly ManagedObject[]): Set<string> {
  return new Set(
    tasks.flatMap(({ properties }) => {
      const host = reference(properties["info.entity"]);
      const under = ["queued", "running"].includes(text(properties["info.state"]) ?? "");
      return host && under && /enterMaintenanceMode$/i.test(text(properties["info.descriptionId"]) ?? "")
        ? [host.id]
        : [];
    }),
  );
}

/** A host; `entering` holds the ids of those on their way into maintenance mode, `pciNames` names by "host:device". */
export function readHost(
  context: ReadContext,
  object: ManagedObject,
  entering: ReadonlySet<string>,
  pciNames: ReadonlyMap<string, string>,
): Host {
  const { properties } = object;
  const hardware = properties["summary.hardware"];
  const mhz = positive(hardware, "cpuMhz");
  const cores = positive(hardware, "numCpuCores");
  const bytes = positive(hardware, "memorySize");
  const parent = reference(properties.parent);
  if (mhz === null || cores === null || bytes === null) {
    context.notes.add("host", nameOf(object), "the size of its CPU or memory is not known");
  }
  return {
    id: object.reference.id,
    name: nameOf(object),
    cluster: parent && context.ids.cluster.has(parent.id) ? parent.id : null,
    // A state that can't be read is no state to place anything on.
    connection: CONNECTIONS.find((state) => state === text(properties["runtime.connectionState"])) ?? "notResponding",
    power: POWERS.find((state) => state === text(properties["runtime.powerState"])) ?? "unknown",
    maintenance: flag(properties["runtime.inMaintenanceMode"]) === true || entering.has(object.reference.id),
    quarantine: flag(properties["runtime.inQuarantineMode"]) ?? false,
    cpuMhz: mhz !== null && cores !== null ? mhz * cores : null,
    cores,
    threads: positive(hardware, "numCpuThreads"),
    memoryMb: bytes === null ? null : Math.floor(bytes / BYTES_PER_MB),
    cpuGeneration: text(properties["summary.maxEVCModeKey"]) || null,
    vendor: text(hardware, "vendor") || null,
    model: text(hardware, "model") || null,
    datastores: knownIds(context, object, "datastore", "datastore"),
    networks: knownIds(context, object, "network", "network"),
    devices: readDevices(object, pciNames),
    ...labelsOf(context, object),
  };
}

/** PCI devices given over to VMs, and the vGPU profiles that the host's GPUs can take, by the profile's name. */
function readDevices(object: ManagedObject, pciNames: ReadonlyMap<string, string>): Host["devices"] {
  const devices = activeDeviceIds(object).map((id) => ({
    id,
    name: pciNames.get(`${object.reference.id}:${id}`) ?? id,
  }));
  const profiles = list(object.properties["config.sharedPassthruGpuTypes"], "string").flatMap((item) => {
    const profile = text(item);
    return profile ? [{ id: profile, name: profile }] : [];
  });
  return [...devices, ...profiles].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** Ids of the PCI devices that the host offers to VMs, whole (passthrough) or in parts (SR-IOV). */
export function activeDeviceIds(object: ManagedObject): string[] {
  return list(object.properties["config.pciPassthruInfo"], "HostPciPassthruInfo").flatMap((item) => {
    const id = text(item, "id");
    const active = flag(item, "passthruActive") || (kindOf(item) === "HostSriovInfo" && flag(item, "sriovActive"));
    return id && active ? [id] : [];
  });
}
