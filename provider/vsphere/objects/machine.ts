import type { VirtualMachine } from "../../../engine/snapshot";
import type { ManagedObject } from "../properties";
import { at, flag, kindOf, list, number, reference, text, type Tree } from "../values";
import {
  BYTES_PER_MB,
  knownId,
  knownIds,
  labelsOf,
  limit,
  nameOf,
  positive,
  type ReadContext,
  reservation,
} from "./context";

export const MACHINE_PATHS = [
  "name",
  "customValue",
  "config.uuid",
  "config.instanceUuid",
  "config.template",
  "config.managedBy",
  "config.hardware.numCPU",
  "config.hardware.memoryMB",
  "config.hardware.device",
  "config.cpuAllocation",
  "config.memoryAllocation",
  "runtime.host",
  "runtime.powerState",
  "runtime.minRequiredEVCModeKey",
  "runtime.faultToleranceState",
  "resourcePool",
  "network",
] as const;

const WANTED_DEVICES: ReadonlySet<string | null> = new Set([
  "VirtualDisk",
  "VirtualPCIPassthrough",
  "VirtualSriovEthernetCard",
]);

/** Of a VM's devices, those that matter to a placement: most of the inventory's bytes are keyboards and the like. */
export function trimProperty(path: string, value: Tree): Tree {
  if (path !== "config.hardware.device") return value;
  return { VirtualDevice: list(value, "VirtualDevice").filter((device) => WANTED_DEVICES.has(kindOf(device))) };
}

const POWERS = ["poweredOn", "poweredOff", "suspended"] as const;

/** What a VM takes from elsewhere in the inventory. */
export interface MachineSurroundings {
  readonly clusterOfHost: ReadonlyMap<string, string | null>;
  readonly clusterOfPool: ReadonlyMap<string, string | null>;
  readonly datastoreIdByName: ReadonlyMap<string, string | null>;
  readonly automation: ReadonlyMap<string, VirtualMachine["drsAutomation"]>;
}

/** A VM, or null (with a remark) for one whose power state can't be read: whether it takes room is not known. */
export function readMachine(
  context: ReadContext,
  object: ManagedObject,
  surroundings: MachineSurroundings,
): VirtualMachine | null {
  const { properties } = object;
  const power = POWERS.find((state) => state === text(properties["runtime.powerState"]));
  if (power === undefined) {
    context.notes.add("virtual machine", nameOf(object), "left out, because its power state can't be read");
    return null;
  }
  if (properties["config.hardware.numCPU"] === undefined) {
    context.notes.add("virtual machine", nameOf(object), "its configuration can't be read");
  }
  const host = knownId(context, object, "runtime.host", "host");
  const pool = knownId(context, object, "resourcePool", "pool");
  const devices = properties["config.hardware.device"];
  const managedBy = text(properties["config.managedBy"], "extensionKey");
  return {
    id: object.reference.id,
    // The BIOS UUID, as Telegraf and Terraform name VMs.
    uuid: text(properties["config.uuid"]) || text(properties["config.instanceUuid"]) || null,
    name: nameOf(object),
    host,
    cluster:
      (host === null ? null : surroundings.clusterOfHost.get(host)) ??
      (pool === null ? null : surroundings.clusterOfPool.get(pool)) ??
      null,
    resourcePool: pool,
    power,
    template: flag(properties["config.template"]) ?? false,
    vcpus: positive(properties["config.hardware.numCPU"]),
    memoryMb: positive(properties["config.hardware.memoryMB"]),
    cpuReservationMhz: reservation(properties["config.cpuAllocation"]),
    memoryReservationMb: reservation(properties["config.memoryAllocation"]),
    cpuLimitMhz: limit(properties["config.cpuAllocation"]),
    memoryLimitMb: limit(properties["config.memoryAllocation"]),
    disks: readDisks(context, object, devices, surroundings.datastoreIdByName),
    networks: knownIds(context, object, "network", "network"),
    devices: list(devices, "VirtualDevice").flatMap((device) => readDevice(device) ?? []),
    requiredCpuGeneration: text(properties["runtime.minRequiredEVCModeKey"]) || null,
    faultTolerant: (text(properties["runtime.faultToleranceState"]) ?? "notConfigured") !== "notConfigured",
    drsAutomation: surroundings.automation.get(object.reference.id) ?? "default",
    ...(managedBy ? { managedBy } : {}),
    ...labelsOf(context, object),
  };
}

/** Null (with a remark) if the devices can't be read, or one disk's size or datastore isn't known. */
function readDisks(
  context: ReadContext,
  object: ManagedObject,
  devices: Tree,
  datastoreIdByName: ReadonlyMap<string, string | null>,
): VirtualMachine["disks"] {
  if (devices === undefined) return null;
  const disks = [];
  for (const device of list(devices, "VirtualDevice")) {
    if (kindOf(device) !== "VirtualDisk") continue;
    const backing = at(device, "backing");
    const named = /^\[(.*?)\] /.exec(text(backing, "fileName") ?? "")?.[1];
    const datastore = reference(backing, "datastore")?.id ?? (named ? datastoreIdByName.get(named) : null);
    const bytes = number(device, "capacityInBytes") ?? scale(number(device, "capacityInKB"), 1024);
    if (!datastore || !context.ids.datastore.has(datastore) || bytes === null) {
      context.notes.add("virtual machine", nameOf(object), "a disk's size or datastore can't be read");
      return null;
    }
    // A raw device mapping keeps nothing but a pointer on the datastore.
    const raw = kindOf(backing)?.startsWith("VirtualDiskRawDiskMapping") ?? false;
    disks.push({ datastore, capacityMb: raw ? 0 : Math.ceil(bytes / BYTES_PER_MB) });
  }
  return disks;
}

/** The device that a virtual one is bound to: a PCI id, or the name of a vGPU profile. */
function readDevice(device: Tree): VirtualMachine["devices"][number] | null {
  const kind = kindOf(device);
  const backing = at(device, "backing");
  // Without a backing that names a device the VM is bound all the same: by its own virtual device.
  const own = text(device, "deviceInfo", "label") || `device-${text(device, "key") ?? "unknown"}`;
  if (kind === "VirtualSriovEthernetCard") {
    return { kind: "sriov", device: text(device, "sriovBacking", "physicalFunctionBacking", "id") || own };
  }
  if (kind !== "VirtualPCIPassthrough") return null;
  switch (kindOf(backing)) {
    case "VirtualPCIPassthroughVmiopBackingInfo":
      return { kind: "vgpu", device: text(backing, "vgpu") || own };
    case "VirtualPCIPassthroughDeviceBackingInfo":
      return { kind: "passthrough", device: text(backing, "id") || own };
    case "VirtualPCIPassthroughDynamicBackingInfo":
      return { kind: "passthrough", device: text(backing, "assignedId") || own };
    default:
      return { kind: "other", device: own };
  }
}

const scale = (value: number | null, by: number): number | null => (value === null ? null : value * by);
