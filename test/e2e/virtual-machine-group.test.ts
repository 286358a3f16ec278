import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { needs, type Vcenter } from "../testbed";
import { ok, type Project } from "./project";
import { inVcenter, simulatedProject } from "./simulated-project";

const SOURCE = `
const vsphere = require("@pulumi/vsphere");
const { VirtualMachineGroup } = require("pulumi-vsphere-affinity/provider");
const datacenter = vsphere.getDatacenterOutput({ name: "DC0" });
const of = { datacenterId: datacenter.id };
const cluster = vsphere.getComputeClusterOutput({ name: "DC0_C0", ...of });
const group = new VirtualMachineGroup("web", {
  cluster: "DC0_C0",
  computeClusterId: cluster.id,
  vcpus: 1,
  memoryMb: 512,
  ...require("./group.json"),
  virtualMachine: {
    resourcePoolId: cluster.resourcePoolId,
    datastoreId: vsphere.getDatastoreOutput({ name: "LocalDS_0", ...of }).id,
    guestId: "otherLinux64Guest",
    networkInterfaces: [{ networkId: vsphere.getNetworkOutput({ name: "VM Network", ...of }).id }],
    disks: [{ label: "disk0", size: 1 }],
    waitForGuestNetTimeout: 0,
    waitForGuestIpTimeout: 0,
  },
});
exports.hosts = group.hosts;`;

describe("a group of virtual machines in the real CLI, on the simulator", function () {
  this.timeout(300_000);
  needs("pulumi", "vsphere-plugin", "vcenter");

  let vcenter: Vcenter;
  let project: Project;
  let folder: string;

  const group = (args: object) => writeFile(join(folder, "group.json"), JSON.stringify(args));
  const up = async (...args: string[]) => ok(await project.pulumi("up", "--yes", "--skip-preview", ...args));

  const hosts = () =>
    inVcenter(vcenter, (_, snapshot) =>
      Promise.resolve(
        Object.fromEntries(
          snapshot.virtualMachines.filter(({ name }) => name.startsWith("web-")).map((vm) => [vm.name, vm.host]),
        ),
      ),
    );
  const rule = () =>
    inVcenter(vcenter, (_, { clusters }) => Promise.resolve(clusters[0].rules.find(({ name }) => name === "web")));

  before(async () => {
    ({ vcenter, project, folder } = await simulatedProject("groups", SOURCE, { hosts: 4, vms: 4, vsphere: true }));
  });
  after(() => vcenter?.stop());

  let first: Record<string, string | null>;

  it("makes its VMs on different hosts, with their rule", async () => {
    await group({ count: 2, mandatory: true });
    await up();
    first = await hosts();
    assert.deepEqual(Object.keys(first).sort(), ["web-1", "web-2"]);
    assert.notEqual(first["web-1"], first["web-2"]);
    const found = await rule();
    assert.equal(found?.kind, "vmAntiAffinity");
    await up("--expect-no-changes");
  });

  it("grows and shrinks without moving the others", async () => {
    await group({ count: 3, mandatory: true });
    await up();
    const grown = await hosts();
    assert.equal(Object.keys(grown).length, 3);
    assert.deepEqual({ ...grown, ...first }, grown);
    assert.equal(new Set(Object.values(grown)).size, 3);
    await group({ count: 2, mandatory: true });
    await up();
    assert.deepEqual(await hosts(), first);
  });

  it("brings back a VM that was moved where the plan moves VMs, and lets it be where DRS does", async () => {
    const elsewhere = await inVcenter(vcenter, async (actions, { hosts: all, virtualMachines, clusters }) => {
      const vm = virtualMachines.find(({ name }) => name === "web-1")!;
      const used = Object.values(first);
      const free = all.find(({ id, cluster }) => cluster === clusters[0].id && !used.includes(id))!;
      await actions.relocate(vm.id, free.id);
      return free.id;
    });
    await group({ count: 2, mandatory: true, mode: "drs" });
    await up("--refresh");
    assert.equal((await hosts())["web-1"], elsewhere);
    await group({ count: 2, mandatory: true, mode: "planned" });
    await up("--refresh");
    assert.equal((await hosts())["web-1"], first["web-1"]);
  });

  it("says what is wrong with its arguments without a stack trace", async () => {
    await group({ count: 1.5 });
    const bad = await project.pulumi("preview");
    assert.notEqual(bad.code, 0);
    assert.match(bad.text, /the group "web" has 1.5 virtual machines/);
    assert.doesNotMatch(bad.text, /at .*virtual-machine-group\.js:\d+/);
  });
});
