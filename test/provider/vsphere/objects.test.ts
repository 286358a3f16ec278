import assert from "node:assert/strict";
import { parseSnapshot, type Snapshot } from "../../../engine/snapshot";
import { Notes } from "../../../provider/vsphere/notes";
import { readSnapshot } from "../../../provider/vsphere/objects";
import type { ManagedObject } from "../../../provider/vsphere/properties";
import { at, Reference } from "../../../provider/vsphere/values";
import { parseXml } from "../../../provider/vsphere/xml";

/** A managed object whose properties are given as the XML inside `<val>`. */
function object(type: string, id: string, properties: Record<string, string>): ManagedObject {
  const read = (inner: string) =>
    at(parseXml(`<Envelope xmlns:xsi="x"><val>${inner}</val></Envelope>`, "Envelope"), "val");
  return {
    reference: new Reference(type, id),
    properties: Object.fromEntries(
      Object.entries(properties).map(([path, inner]) => {
        const ref = /^(\w+):([\w-]+)$/.exec(inner);
        return [path, ref ? { "@type": ref[1], "#text": ref[2] } : read(inner)];
      }),
    ),
    missing: [],
  };
}

const CLUSTER = (properties: Record<string, string> = {}) =>
  object("ClusterComputeResource", "domain-c1", { name: "c%2f1", parent: "Folder:group-h1", ...properties });
const HOST = (properties: Record<string, string> = {}) =>
  object("HostSystem", "host-1", {
    name: "h1",
    parent: "ClusterComputeResource:domain-c1",
    "runtime.connectionState": "connected",
    "runtime.powerState": "poweredOn",
    "summary.hardware": "<cpuMhz>2000</cpuMhz><numCpuCores>10</numCpuCores><memorySize>1073741824</memorySize>",
    ...properties,
  });
const VM = (properties: Record<string, string> = {}, id = "vm-1") =>
  object("VirtualMachine", id, {
    name: id,
    "runtime.host": "HostSystem:host-1",
    "runtime.powerState": "poweredOn",
    "config.hardware.numCPU": "2",
    "config.hardware.memoryMB": "4096",
    ...properties,
  });

function read(objects: ManagedObject[]): { snapshot: Snapshot; warnings: string[] } {
  const notes = new Notes();
  const collected = { takenAt: "2026-01-02T03:04:05.6789Z", objects, pciNames: new Map(), fields: new Map() };
  return { snapshot: parseSnapshot(readSnapshot("vc", collected, new Map(), notes), "test"), warnings: notes.lines() };
}

const das = (inner: string) => `<dasConfig><enabled>true</enabled>${inner}</dasConfig>`;
const policy = (type: string, inner: string) =>
  das(
    `<admissionControlEnabled>true</admissionControlEnabled><admissionControlPolicy xsi:type="${type}">${inner}</admissionControlPolicy>`,
  );

describe("reading a vCenter's objects", () => {
  const policies: [string, string, unknown][] = [
    ["none where HA is off", "<dasConfig><enabled>false</enabled></dasConfig>", { policy: "none" }],
    [
      "none where it is switched off",
      das("<admissionControlEnabled>false</admissionControlEnabled>"),
      { policy: "none" },
    ],
    [
      "host failures",
      policy("ClusterFailoverLevelAdmissionControlPolicy", "<failoverLevel>2</failoverLevel>"),
      { policy: "hostFailures", hosts: 2 },
    ],
    [
      "percentages",
      policy(
        "ClusterFailoverResourcesAdmissionControlPolicy",
        "<cpuFailoverResourcesPercent>25</cpuFailoverResourcesPercent><memoryFailoverResourcesPercent>33</memoryFailoverResourcesPercent>",
      ),
      { policy: "percentage", cpuPercent: 25, memoryPercent: 33 },
    ],
    [
      "dedicated hosts",
      policy("ClusterFailoverHostAdmissionControlPolicy", '<failoverHosts type="HostSystem">host-1</failoverHosts>'),
      { policy: "dedicatedHosts", hosts: ["host-1"] },
    ],
    [
      "the level that stood beside the policy",
      das("<failoverLevel>1</failoverLevel>"),
      { policy: "hostFailures", hosts: 1 },
    ],
  ];
  for (const [name, configurationEx, expected] of policies) {
    it(`admission control: ${name}`, () => {
      const { snapshot, warnings } = read([CLUSTER({ configurationEx }), HOST()]);
      assert.deepEqual(snapshot.clusters[0].ha.admissionControl, expected);
      assert.deepEqual(warnings, []);
    });
  }

  it("keeps a host free, with a remark, where admission control is of an unknown kind", () => {
    const { snapshot, warnings } = read([CLUSTER({ configurationEx: policy("NewPolicy", "") })]);
    assert.deepEqual(snapshot.clusters[0].ha.admissionControl, { policy: "hostFailures", hosts: 1 });
    assert.match(warnings.join(), /NewPolicy can't be read/);
  });

  it("reads names, datacenter and EVC", () => {
    const { snapshot } = read([
      CLUSTER({ configurationEx: "", summary: "<currentEVCModeKey>intel-broadwell</currentEVCModeKey>" }),
      object("Folder", "group-h1", { name: "host", parent: "Datacenter:datacenter-1" }),
      object("Datacenter", "datacenter-1", { name: "DC 1" }),
      HOST({ "summary.maxEVCModeKey": "intel-skylake", "runtime.inQuarantineMode": "true" }),
      VM({ "runtime.minRequiredEVCModeKey": "intel-haswell", "runtime.faultToleranceState": "running" }),
    ]);
    const [cluster] = snapshot.clusters;
    assert.deepEqual([cluster.name, cluster.datacenter, cluster.evcMode], ["c/1", "DC 1", "intel-broadwell"]);
    assert.deepEqual([snapshot.hosts[0].cpuGeneration, snapshot.hosts[0].quarantine], ["intel-skylake", true]);
    const [vm] = snapshot.virtualMachines;
    assert.deepEqual([vm.requiredCpuGeneration, vm.faultTolerant, vm.cluster], ["intel-haswell", true, "domain-c1"]);
    assert.equal(snapshot.takenAt, "2026-01-02T03:04:05.678Z");
  });

  it("reads reservations and limits; -1 is no limit", () => {
    const { snapshot } = read([
      HOST(),
      VM({
        "config.cpuAllocation": "<reservation>500</reservation><limit>-1</limit>",
        "config.memoryAllocation": "<reservation>1024</reservation><limit>2048</limit>",
        "config.managedBy": "<extensionKey>com.vmware.vim.eam</extensionKey><type>cluster-agent</type>",
      }),
    ]);
    const [vm] = snapshot.virtualMachines;
    assert.deepEqual(
      [vm.cpuReservationMhz, vm.cpuLimitMhz, vm.memoryReservationMb, vm.memoryLimitMb, vm.managedBy],
      [500, null, 1024, 2048, "com.vmware.vim.eam"],
    );
  });

  it("takes a child pool's limit for a limit, and the root pool's allocation for none", () => {
    const allocation = "<reservation>10</reservation><limit>20</limit>";
    const pool = (id: string, parent: string) =>
      object("ResourcePool", id, {
        name: id,
        parent,
        owner: "ClusterComputeResource:domain-c1",
        "config.cpuAllocation": allocation,
      });
    const { snapshot } = read([
      CLUSTER({ configurationEx: "" }),
      pool("resgroup-1", "ClusterComputeResource:domain-c1"),
      pool("resgroup-2", "ResourcePool:resgroup-1"),
    ]);
    assert.deepEqual(
      snapshot.resourcePools.map((each) => [each.parent, each.cpuReservationMhz, each.cpuLimitMhz]),
      [
        [null, 0, null],
        ["resgroup-1", 10, 20],
      ],
    );
  });

  it("reads the devices that pin a VM, and what the host offers", () => {
    const pci = (key: number, backing: string, inner: string) =>
      `<VirtualDevice xsi:type="VirtualPCIPassthrough"><key>${key}</key><backing xsi:type="VirtualPCIPassthrough${backing}BackingInfo">${inner}</backing></VirtualDevice>`;
    const { snapshot } = read([
      HOST({
        "config.pciPassthruInfo":
          "<HostPciPassthruInfo><id>0000:3b:00.0</id><passthruActive>true</passthruActive></HostPciPassthruInfo>" +
          '<HostPciPassthruInfo xsi:type="HostSriovInfo"><id>0000:5e:00.0</id><passthruActive>false</passthruActive><sriovActive>true</sriovActive></HostPciPassthruInfo>' +
          "<HostPciPassthruInfo><id>0000:00:00.0</id><passthruActive>false</passthruActive></HostPciPassthruInfo>",
        "config.sharedPassthruGpuTypes": "<string>grid_a100-10c</string>",
      }),
      VM({
        "config.hardware.device":
          pci(1, "Device", "<id>0000:3b:00.0</id>") +
          pci(2, "Vmiop", "<vgpu>grid_a100-10c</vgpu>") +
          pci(3, "Dvx", "<deviceClass>x</deviceClass>") +
          '<VirtualDevice xsi:type="VirtualSriovEthernetCard"><key>4</key><sriovBacking><physicalFunctionBacking><id>0000:5e:00.0</id></physicalFunctionBacking></sriovBacking></VirtualDevice>' +
          '<VirtualDevice xsi:type="VirtualKeyboard"><key>5</key></VirtualDevice>',
      }),
    ]);
    assert.deepEqual(
      snapshot.hosts[0].devices.map((device) => device.id),
      ["0000:3b:00.0", "0000:5e:00.0", "grid_a100-10c"],
    );
    assert.deepEqual(snapshot.virtualMachines[0].devices, [
      { kind: "passthrough", device: "0000:3b:00.0" },
      { kind: "vgpu", device: "grid_a100-10c" },
      { kind: "other", device: "device-3" },
      { kind: "sriov", device: "0000:5e:00.0" },
    ]);
  });

  const disk = (backing: string, size = "<capacityInBytes>1073741825</capacityInBytes>") =>
    `<VirtualDevice xsi:type="VirtualDisk"><key>1</key>${backing}${size}</VirtualDevice>`;
  const DATASTORE = object("Datastore", "datastore-1", {
    name: "ds1",
    "summary.accessible": "true",
    "summary.capacity": "2097152",
  });
  const onDatastore = '<backing><datastore type="Datastore">datastore-1</datastore></backing>';
  const disks: [string, string, unknown][] = [
    ["the size, rounded up", disk(onDatastore), [{ datastore: "datastore-1", capacityMb: 1025 }]],
    [
      "the size in KB, and the datastore by its name",
      disk("<backing><fileName>[ds1] a/b.vmdk</fileName></backing>", "<capacityInKB>2048</capacityInKB>"),
      [{ datastore: "datastore-1", capacityMb: 2 }],
    ],
    [
      "nothing on the datastore for a raw device",
      disk(onDatastore.replace("<backing>", '<backing xsi:type="VirtualDiskRawDiskMappingVer1BackingInfo">')),
      [{ datastore: "datastore-1", capacityMb: 0 }],
    ],
    ["none for a VM without disks", '<VirtualDevice xsi:type="VirtualKeyboard"/>', []],
    ["unknown where the size is", disk(onDatastore, ""), null],
    ["unknown where the datastore is", disk("<backing><fileName>[ds2] a.vmdk</fileName></backing>"), null],
  ];
  for (const [name, devices, expected] of disks) {
    it(`reads disks: ${name}`, () => {
      const { snapshot, warnings } = read([HOST(), DATASTORE, VM({ "config.hardware.device": devices })]);
      assert.deepEqual(snapshot.virtualMachines[0].disks, expected);
      assert.equal(warnings.length, expected === null ? 1 : 0);
    });
  }

  it("gives null, never zero, for what isn't known, and gathers it in remarks", () => {
    const bare = (id: string) =>
      object("VirtualMachine", id, {
        name: id,
        "runtime.powerState": "poweredOff",
        "runtime.host": "HostSystem:host-1",
      });
    const { snapshot, warnings } = read([
      HOST({ "summary.hardware": "<cpuMhz>0</cpuMhz><memorySize>0</memorySize>", "runtime.connectionState": "odd" }),
      object("Datastore", "datastore-9", { name: "gone", "summary.accessible": "false", "summary.capacity": "0" }),
      bare("vm-1"),
      bare("vm-2"),
    ]);
    const [host] = snapshot.hosts;
    assert.deepEqual([host.cpuMhz, host.cores, host.memoryMb, host.connection], [null, null, null, "notResponding"]);
    assert.deepEqual([snapshot.datastores[0].capacityMb, snapshot.datastores[0].accessible], [null, false]);
    const [vm] = snapshot.virtualMachines;
    assert.deepEqual([vm.vcpus, vm.memoryMb, vm.disks], [null, null, null]);
    assert.ok(
      warnings.includes("2 virtual machines (vm-1, vm-2): its configuration can't be read"),
      warnings.join("\n"),
    );
  });

  it("drops references to what the user can't see, and says so", () => {
    const rule = (type: string, inner: string) => `<rule xsi:type="${type}"><key>1</key><name>r</name>${inner}</rule>`;
    const { snapshot, warnings } = read([
      CLUSTER({
        configurationEx:
          rule(
            "ClusterAntiAffinityRuleSpec",
            '<vm type="VirtualMachine">vm-1</vm><vm type="VirtualMachine">vm-9</vm>',
          ) +
          rule("ClusterVmHostRuleInfo", "<vmGroupName>a</vmGroupName><affineHostGroupName>b</affineHostGroupName>") +
          rule("ClusterNewRule", ""),
      }),
      HOST({ network: '<ManagedObjectReference type="Network">network-9</ManagedObjectReference>' }),
      VM(),
      object("VirtualMachine", "vm-3", { name: "vm-3" }),
    ]);
    assert.deepEqual(
      snapshot.clusters[0].rules.map((each) => each.kind === "vmAntiAffinity" && each.virtualMachines),
      [["vm-1"]],
    );
    assert.deepEqual(
      snapshot.virtualMachines.map((vm) => vm.id),
      ["vm-1"],
    );
    const text = warnings.join("\n");
    for (const expected of [/refers to a vm/, /refers to a network/, /names no group/, /power state can't be read/]) {
      assert.match(text, expected);
    }
  });

  it("counts a host on its way into maintenance mode as in it", () => {
    const task = (id: string, state: string, host: string) =>
      object("Task", id, {
        "info.descriptionId": "HostSystem.enterMaintenanceMode",
        "info.entity": `HostSystem:${host}`,
        "info.state": state,
      });
    const host2 = { ...HOST(), reference: new Reference("HostSystem", "host-2") };
    const { snapshot } = read([
      HOST(),
      host2,
      task("task-1", "running", "host-1"),
      task("task-2", "success", "host-2"),
    ]);
    assert.deepEqual(
      snapshot.hosts.map((host) => host.maintenance),
      [true, false],
    );
  });
});
