import { z } from "zod";

/**
 * The world at one instant. Ids are vCenter's managed object ids ("host-12", "vm-101"), unique within one vCenter;
 * `source.name` is the vCenter as Telegraf's `vcenter` tag names it. A fact that is not known is null, never zero.
 */

const id = z.string().min(1);
const name = z.string().min(1);
const amount = z.number().finite().nonnegative();
const positive = z.number().finite().positive();
const unique = <T>(list: readonly T[], keyOf: (item: T) => string) => new Set(list.map(keyOf)).size === list.length;

const tagSchema = z.strictObject({ category: name, name });
export type Tag = z.infer<typeof tagSchema>;

/** Tags and custom attributes, the same for every kind of object. */
const labels = {
  tags: z.array(tagSchema).default([]),
  attributes: z.record(z.string(), z.string()).default({}),
};

/** A physical device that a VM may be bound to (passthrough, vGPU); `id` as the host reports it. */
const hostDeviceSchema = z.strictObject({ id, name: z.string() });

export const hostSchema = z.strictObject({
  id,
  name,
  cluster: id.nullable().describe("Cluster id; null for a standalone host"),
  connection: z.enum(["connected", "disconnected", "notResponding"]),
  power: z.enum(["poweredOn", "poweredOff", "standBy", "unknown"]),
  maintenance: z.boolean().describe("In maintenance mode, or entering it"),
  quarantine: z.boolean().default(false),
  cpuMhz: positive.nullable().describe("All cores together, MHz"),
  cores: z.number().int().positive().nullable(),
  threads: z.number().int().positive().nullable(),
  memoryMb: positive.nullable(),
  cpuGeneration: z
    .string()
    .nullable()
    .default(null)
    .describe("Newest EVC mode the CPU can run, such as intel-broadwell"),
  vendor: z.string().nullable().default(null),
  model: z.string().nullable().default(null),
  datastores: z.array(id).default([]),
  networks: z.array(id).default([]),
  devices: z.array(hostDeviceSchema).default([]),
  ...labels,
});
export type Host = z.infer<typeof hostSchema>;

export const virtualMachineSchema = z.strictObject({
  id,
  uuid: z.string().nullable().default(null).describe("Instance or BIOS UUID"),
  name,
  host: id.nullable().describe("Host it runs on; null if it has none yet"),
  cluster: id.nullable(),
  resourcePool: id.nullable().default(null),
  power: z.enum(["poweredOn", "poweredOff", "suspended"]),
  template: z.boolean().default(false),
  vcpus: z.number().int().positive().nullable(),
  memoryMb: positive.nullable(),
  cpuReservationMhz: amount.default(0),
  memoryReservationMb: amount.default(0),
  cpuLimitMhz: positive.nullable().default(null),
  memoryLimitMb: positive.nullable().default(null),
  disks: z
    .array(z.strictObject({ datastore: id, capacityMb: amount }))
    .nullable()
    .default(null)
    .describe("Null if not known"),
  networks: z.array(id).default([]),
  devices: z.array(z.strictObject({ kind: z.enum(["passthrough", "vgpu", "sriov", "other"]), device: id })).default([]),
  requiredCpuGeneration: z.string().nullable().default(null).describe("Lowest EVC mode this running VM needs"),
  faultTolerant: z.boolean().default(false),
  drsAutomation: z.enum(["default", "disabled", "manual", "partiallyAutomated", "fullyAutomated"]).default("default"),
  managedBy: z
    .string()
    .min(1)
    .optional()
    .describe("Extension that owns the VM (vCLS and other agents): not ours to move"),
  ...labels,
});
export type VirtualMachine = z.infer<typeof virtualMachineSchema>;

const ruleBase = { key: z.number().int(), name, enabled: z.boolean(), mandatory: z.boolean() };
export const ruleSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("vmAffinity"), ...ruleBase, virtualMachines: z.array(id) }),
  z.strictObject({ kind: z.literal("vmAntiAffinity"), ...ruleBase, virtualMachines: z.array(id) }),
  z.strictObject({ kind: z.literal("vmHostAffinity"), ...ruleBase, vmGroup: name, hostGroup: name }),
  z.strictObject({ kind: z.literal("vmHostAntiAffinity"), ...ruleBase, vmGroup: name, hostGroup: name }),
  z.strictObject({ kind: z.literal("vmDependency"), ...ruleBase, vmGroup: name, dependsOnVmGroup: name }),
]);
export type Rule = z.infer<typeof ruleSchema>;

const groupSchema = z.strictObject({ name, members: z.array(id) });
export type Group = z.infer<typeof groupSchema>;

export const admissionControlSchema = z.discriminatedUnion("policy", [
  z.strictObject({ policy: z.literal("none") }),
  z.strictObject({ policy: z.literal("hostFailures"), hosts: z.number().int().min(1) }),
  z.strictObject({
    policy: z.literal("percentage"),
    cpuPercent: z.number().min(0).max(100),
    memoryPercent: z.number().min(0).max(100),
  }),
  z.strictObject({ policy: z.literal("dedicatedHosts"), hosts: z.array(id) }),
]);
export type AdmissionControl = z.infer<typeof admissionControlSchema>;

export const clusterSchema = z.strictObject({
  id,
  name,
  datacenter: z.string().nullable().default(null),
  drs: z.strictObject({
    enabled: z.boolean(),
    automation: z.enum(["manual", "partiallyAutomated", "fullyAutomated"]),
  }),
  ha: z.strictObject({ enabled: z.boolean(), admissionControl: admissionControlSchema }),
  evcMode: z.string().nullable().default(null),
  resourcePool: id.nullable().default(null).describe("The root resource pool"),
  rules: z.array(ruleSchema).default([]),
  vmGroups: z.array(groupSchema).default([]),
  hostGroups: z.array(groupSchema).default([]),
  ...labels,
});
export type Cluster = z.infer<typeof clusterSchema>;

export const resourcePoolSchema = z.strictObject({
  id,
  name,
  cluster: id.nullable(),
  parent: id.nullable(),
  cpuReservationMhz: amount.default(0),
  memoryReservationMb: amount.default(0),
  cpuLimitMhz: positive.nullable().default(null),
  memoryLimitMb: positive.nullable().default(null),
});
export type ResourcePool = z.infer<typeof resourcePoolSchema>;

export const datastoreSchema = z.strictObject({
  id,
  name,
  kind: z.string().nullable().default(null),
  capacityMb: amount.nullable(),
  freeMb: amount.nullable(),
  accessible: z.boolean().default(true),
  maintenance: z.boolean().default(false),
  ...labels,
});
export type Datastore = z.infer<typeof datastoreSchema>;

export const networkSchema = z.strictObject({ id, name, ...labels });
export type Network = z.infer<typeof networkSchema>;

const shape = z.strictObject({
  schemaVersion: z.literal(1),
  source: z.strictObject({ kind: z.enum(["vcenter", "file", "synthetic"]), name }),
  takenAt: z.iso.datetime(),
  clusters: z.array(clusterSchema),
  hosts: z.array(hostSchema),
  virtualMachines: z.array(virtualMachineSchema),
  resourcePools: z.array(resourcePoolSchema).default([]),
  datastores: z.array(datastoreSchema).default([]),
  networks: z.array(networkSchema).default([]),
});

/** The whole snapshot: ids are unique, and every reference leads to an object of the snapshot. */
export const snapshotSchema = shape.superRefine((snapshot, context) => {
  const ids = (list: readonly { id: string }[]) => new Set(list.map((item) => item.id));
  const known = {
    cluster: ids(snapshot.clusters),
    host: ids(snapshot.hosts),
    "virtual machine": ids(snapshot.virtualMachines),
    "resource pool": ids(snapshot.resourcePools),
    datastore: ids(snapshot.datastores),
    network: ids(snapshot.networks),
  };
  const problem = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
  const refer = (kind: keyof typeof known, target: string | null, path: (string | number)[]) => {
    if (target !== null && !known[kind].has(target)) problem(path, `no ${kind} has the id "${target}"`);
  };
  for (const field of ["clusters", "hosts", "virtualMachines", "resourcePools", "datastores", "networks"] as const) {
    const list: readonly { id: string }[] = snapshot[field];
    if (unique(list, (item) => item.id)) continue;
    const seen = new Set<string>();
    list.forEach((item, index) => {
      if (seen.has(item.id)) problem([field, index, "id"], `the id "${item.id}" is given twice`);
      seen.add(item.id);
    });
  }
  snapshot.hosts.forEach((host, i) => {
    refer("cluster", host.cluster, ["hosts", i, "cluster"]);
    host.datastores.forEach((target, j) => refer("datastore", target, ["hosts", i, "datastores", j]));
    host.networks.forEach((target, j) => refer("network", target, ["hosts", i, "networks", j]));
  });
  snapshot.virtualMachines.forEach((vm, i) => {
    refer("host", vm.host, ["virtualMachines", i, "host"]);
    refer("cluster", vm.cluster, ["virtualMachines", i, "cluster"]);
    refer("resource pool", vm.resourcePool, ["virtualMachines", i, "resourcePool"]);
    vm.disks?.forEach((disk, j) => refer("datastore", disk.datastore, ["virtualMachines", i, "disks", j, "datastore"]));
    vm.networks.forEach((target, j) => refer("network", target, ["virtualMachines", i, "networks", j]));
  });
  snapshot.clusters.forEach((cluster, i) => {
    const vmGroups = new Set(cluster.vmGroups.map((group) => group.name));
    const hostGroups = new Set(cluster.hostGroups.map((group) => group.name));
    cluster.vmGroups.forEach((group, j) =>
      group.members.forEach((vm, k) => refer("virtual machine", vm, ["clusters", i, "vmGroups", j, "members", k])),
    );
    cluster.hostGroups.forEach((group, j) =>
      group.members.forEach((host, k) => refer("host", host, ["clusters", i, "hostGroups", j, "members", k])),
    );
    cluster.rules.forEach((rule, j) => {
      const path = ["clusters", i, "rules", j];
      if (rule.kind === "vmAffinity" || rule.kind === "vmAntiAffinity") {
        rule.virtualMachines.forEach((vm, k) => refer("virtual machine", vm, [...path, "virtualMachines", k]));
        return;
      }
      if (!vmGroups.has(rule.vmGroup)) problem([...path, "vmGroup"], `no VM group is named "${rule.vmGroup}"`);
      if (rule.kind === "vmDependency") {
        if (!vmGroups.has(rule.dependsOnVmGroup))
          problem([...path, "dependsOnVmGroup"], `no VM group is named "${rule.dependsOnVmGroup}"`);
      } else if (!hostGroups.has(rule.hostGroup)) {
        problem([...path, "hostGroup"], `no host group is named "${rule.hostGroup}"`);
      }
    });
  });
});
export type Snapshot = z.infer<typeof snapshotSchema>;
