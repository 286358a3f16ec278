import type { PolicyResource } from "@pulumi/policy";
import { z } from "zod";
import { read, readEach } from "./read";
import { type Known, UNKNOWN } from "./unknown";

/** Type tokens of @pulumi/vsphere, matched by name: that package need not be installed. */
export const VIRTUAL_MACHINE = "vsphere:index/virtualMachine:VirtualMachine";
export const ANTI_AFFINITY_RULE = "vsphere:index/computeClusterVmAntiAffinityRule:ComputeClusterVmAntiAffinityRule";
export const COMPUTE_CLUSTER = "vsphere:index/computeCluster:ComputeCluster";
export const HOST = "vsphere:index/host:Host";
export const AFFINITY_RULE = "vsphere:index/computeClusterVmAffinityRule:ComputeClusterVmAffinityRule";
export const HOST_RULE = "vsphere:index/computeClusterVmHostRule:ComputeClusterVmHostRule";
export const HOST_GROUP = "vsphere:index/computeClusterHostGroup:ComputeClusterHostGroup";
export const DRS_OVERRIDE = "vsphere:index/drsVmOverride:DrsVmOverride";
export const RESOURCE_POOL = "vsphere:index/resourcePool:ResourcePool";
export const SNAPSHOT = "vsphere:index/virtualMachineSnapshot:VirtualMachineSnapshot";
export const TAG = "vsphere:index/tag:Tag";
export const TAG_CATEGORY = "vsphere:index/tagCategory:TagCategory";

const id = z.string().min(1).optional();
const flag = z.boolean().optional();

export interface VirtualMachine {
  readonly urn: string;
  /** As in vCenter; undefined if the resource doesn't say. */
  readonly name: Known<string | undefined>;
  /** Host that the program, not vCenter, chose; undefined if the program leaves the choice to vCenter. */
  readonly pinnedTo: Known<string | undefined>;
  /** The program pins the VM when it makes it, and lets DRS or people move it afterwards. */
  readonly hostChangesIgnored: boolean;
}

/** @param inputs of the resource: its outputs don't tell the program's choice of a host from vCenter's. */
export function readVirtualMachine(resource: PolicyResource, inputs: object): VirtualMachine {
  return {
    urn: resource.urn,
    name: read(resource, "name", id),
    pinnedTo: read({ ...resource, props: inputs }, "hostSystemId", id),
    hostChangesIgnored: resource.opts.ignoreChanges.some((path) => path === "hostSystemId" || path === "*"),
  };
}

export interface AntiAffinityRule {
  readonly urn: string;
  readonly name: string;
  readonly clusterId: Known<string | undefined>;
  readonly cluster: PolicyResource | undefined;
  readonly mandatory: Known<boolean>;
  readonly enabled: Known<boolean>;
  /** How many VMs: known even where their ids are not. */
  readonly size: Known<number>;
}

/**
 * @param inputs of the resource, where this run registered it: while the VMs are not made, its outputs say of all of
 * their ids together that they are unknown, and its inputs say how many there are.
 */
export function readAntiAffinityRule(resource: PolicyResource, inputs?: object): AntiAffinityRule {
  const members = readEach(inputs ? { ...resource, props: inputs } : resource, "virtualMachineIds", z.string());
  return {
    urn: resource.urn,
    name: resource.name,
    clusterId: read(resource, "computeClusterId", id),
    cluster: resource.propertyDependencies.computeClusterId?.find((each) => each.type === COMPUTE_CLUSTER),
    mandatory: read(
      resource,
      "mandatory",
      flag.transform((value) => value ?? false),
    ),
    enabled: read(
      resource,
      "enabled",
      flag.transform((value) => value ?? true),
    ),
    size: members === UNKNOWN ? UNKNOWN : members.length,
  };
}

/**
 * Hosts of a cluster that the program itself manages and that are there to take VMs; undefined where the program
 * doesn't say who all its hosts are. A count that may be too low would call a group too large that is not.
 */
export function managedHosts(cluster: PolicyResource, resources: readonly PolicyResource[]): number | undefined {
  const listed = readEach(cluster, "hostSystemIds", z.string());
  if (listed === UNKNOWN) return undefined;
  if (listed.length > 0) return listed.length;
  if (read(cluster, "hostManaged", flag) !== true) return undefined;
  const hosts = resources.filter((each) => each.type === HOST && each.propertyDependencies.cluster?.includes(cluster));
  return hosts.filter((host) => read(host, "maintenance", flag) !== true && read(host, "connected", flag) !== false)
    .length;
}
