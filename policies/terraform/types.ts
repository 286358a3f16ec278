import {
  AFFINITY_RULE,
  ANTI_AFFINITY_RULE,
  COMPUTE_CLUSTER,
  DRS_OVERRIDE,
  HOST,
  HOST_GROUP,
  HOST_RULE,
  RESOURCE_POOL,
  SNAPSHOT,
  TAG,
  TAG_CATEGORY,
  VIRTUAL_MACHINE,
} from "../vsphere";

/** Terraform's resource types as the policies know them. @pulumi/vsphere is generated from the same provider. */
export const TYPES: ReadonlyMap<string, string> = new Map([
  ["vsphere_virtual_machine", VIRTUAL_MACHINE],
  ["vsphere_virtual_machine_snapshot", SNAPSHOT],
  ["vsphere_compute_cluster", COMPUTE_CLUSTER],
  ["vsphere_compute_cluster_vm_affinity_rule", AFFINITY_RULE],
  ["vsphere_compute_cluster_vm_anti_affinity_rule", ANTI_AFFINITY_RULE],
  ["vsphere_compute_cluster_vm_host_rule", HOST_RULE],
  ["vsphere_compute_cluster_host_group", HOST_GROUP],
  ["vsphere_drs_vm_override", DRS_OVERRIDE],
  ["vsphere_host", HOST],
  ["vsphere_resource_pool", RESOURCE_POOL],
  ["vsphere_tag", TAG],
  ["vsphere_tag_category", TAG_CATEGORY],
]);

/** Properties that @pulumi/vsphere calls otherwise than in camel case: lists are plural there. */
const PLURAL: ReadonlyMap<string, string> = new Map([
  ["disk", "disks"],
  ["network_interface", "networkInterfaces"],
  ["pci_device_id", "pciDeviceIds"],
]);

/** `host_system_id` as `hostSystemId`. */
export const propertyName = (attribute: string): string =>
  PLURAL.get(attribute) ?? attribute.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
