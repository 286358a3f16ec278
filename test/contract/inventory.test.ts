import assert from "node:assert/strict";
import { join } from "node:path";
import { FileInventory, type InventorySource, type Snapshot, writeInventory } from "../../engine/snapshot";
import {
  createVcenterActions,
  createVcenterInventory,
  type VcenterActions,
  type VcenterInventory,
} from "../../provider/vsphere";
import { needs, startVcenter, temporaryFolder, type Vcenter } from "../testbed";
import { furnish, type Furniture } from "./furnish";

/** The same expectations for every source of snapshots: a vCenter, and the files exported from it. */
describe("inventory sources", () => {
  needs("vcenter");
  let vcenter: Vcenter;
  let live: VcenterInventory;
  let actions: VcenterActions;
  let furniture: Furniture;
  let folder: string;
  const warnings: string[] = [];
  const sources = new Map<string, InventorySource>();

  before(async () => {
    vcenter = await startVcenter({ clusters: 2, hosts: 4, vms: 9 });
    const { server, user, password, certificate } = vcenter;
    const settings = { server, user, password, insecure: false, caFile: certificate, timeoutSeconds: 30 };
    live = createVcenterInventory(settings, { pageSize: 5, onWarning: (warning) => warnings.push(warning) });
    actions = createVcenterActions(live);
    furniture = await furnish(live, settings);
    folder = await temporaryFolder();
    sources.set("vCenter", live);
    for (const name of ["inventory.json", "inventory.json.gz"]) {
      const path = join(folder, name);
      await writeInventory(await live.snapshot(), path);
      sources.set(name, new FileInventory(path));
    }
  });
  after(async () => {
    for (const source of sources.values()) await source.close();
    await vcenter.stop();
  });

  for (const source of ["vCenter", "inventory.json", "inventory.json.gz"]) {
    describe(source, () => {
      let snapshot: Snapshot;
      before(async () => {
        snapshot = await sources.get(source)!.snapshot();
      });

      it("is named after the vCenter, as Telegraf names it", () => {
        assert.deepEqual(snapshot.source, { kind: "vcenter", name: vcenter.server });
      });

      it("holds every cluster, host and VM, past the end of a page", () => {
        assert.deepEqual(
          snapshot.clusters.map(({ name, datacenter }) => [name, datacenter]),
          [
            ["DC0_C0", "DC0"],
            ["DC0_C1", "DC0"],
          ],
        );
        assert.equal(snapshot.hosts.length, 8);
        assert.equal(snapshot.virtualMachines.length, 18);
        const names = new Set(snapshot.virtualMachines.map((vm) => vm.name));
        for (let i = 0; i < 9; i++) assert.ok(names.has(`DC0_C1_RP0_VM${i}`));
      });

      it("gives each VM its sizes, its disk and the cluster of its host", () => {
        const clusterOf = new Map(snapshot.hosts.map((host) => [host.id, host.cluster]));
        for (const vm of snapshot.virtualMachines) {
          assert.ok(vm.vcpus && vm.memoryMb && vm.uuid, vm.name);
          assert.deepEqual(vm.disks, [{ datastore: snapshot.datastores[0].id, capacityMb: 10240 }]);
          assert.equal(vm.cluster, clusterOf.get(vm.host ?? ""));
          assert.equal(vm.cpuLimitMhz, null);
        }
      });

      it("gives each host its sizes, datastores and networks", () => {
        for (const host of snapshot.hosts) {
          assert.equal(host.cpuMhz, 4588);
          assert.equal(host.memoryMb, 4095);
          assert.deepEqual(host.datastores, [snapshot.datastores[0].id]);
          assert.ok(host.networks.length > 0);
        }
        assert.ok((snapshot.datastores[0].freeMb ?? 0) > 0);
      });

      it("knows which host is in maintenance mode", () => {
        assert.deepEqual(
          snapshot.hosts.filter((host) => host.maintenance).map((host) => host.id),
          [furniture.hostInMaintenance],
        );
      });

      it("knows the rules and groups", () => {
        const [cluster] = snapshot.clusters;
        const base = { enabled: true, mandatory: false };
        assert.deepEqual(
          cluster.rules.map(({ key: _, ...rule }) => rule),
          [
            { kind: "vmAffinity", name: "together & <so on>", ...base, virtualMachines: furniture.vms.slice(0, 2) },
            { kind: "vmAntiAffinity", name: "apart", ...base, virtualMachines: furniture.vms.slice(2, 5) },
            {
              kind: "vmHostAffinity",
              name: "licensed",
              enabled: true,
              mandatory: true,
              vmGroup: "db",
              hostGroup: "big",
            },
            { kind: "vmHostAntiAffinity", name: "not there", ...base, vmGroup: "web", hostGroup: "big" },
            { kind: "vmDependency", name: "after", ...base, vmGroup: "web", dependsOnVmGroup: "db" },
          ],
        );
        assert.deepEqual(cluster.vmGroups, [
          { name: "db", members: furniture.vms.slice(0, 2) },
          { name: "web", members: furniture.vms.slice(2, 4) },
        ]);
        assert.deepEqual(cluster.hostGroups, [{ name: "big", members: furniture.hosts.slice(0, 2) }]);
        assert.deepEqual(snapshot.clusters[1].rules, []);
      });

      it("knows the automation of the cluster and of single VMs", () => {
        assert.deepEqual(snapshot.clusters[0].drs, { enabled: true, automation: "partiallyAutomated" });
        const automation = new Map(snapshot.virtualMachines.map((vm) => [vm.id, vm.drsAutomation]));
        assert.equal(automation.get(furniture.vms[0]), "manual");
        assert.equal(automation.get(furniture.vms[1]), "disabled");
        assert.equal(automation.get(furniture.vms[2]), "default");
      });

      it("knows tags and custom attributes", () => {
        const vm = snapshot.virtualMachines.find((each) => each.id === furniture.vms[0]);
        assert.deepEqual(vm?.tags, [
          { category: "compliance", name: "pci" },
          { category: "zone", name: "a/b" },
        ]);
        assert.deepEqual(vm?.attributes, { owner: "R&D <team>" });
        const host = snapshot.hosts.find((each) => each.id === furniture.hosts[0]);
        assert.deepEqual(host?.tags, [{ category: "zone", name: "a/b" }]);
        assert.deepEqual(snapshot.virtualMachines.at(-1)?.tags, []);
        assert.deepEqual(warnings, []);
      });
    });
  }

  it("gives the same snapshot from the file as from the vCenter, but for the time", async () => {
    const { takenAt, ...expected } = await live.snapshot();
    for (const source of ["inventory.json", "inventory.json.gz"]) {
      const { takenAt: before, ...found } = await sources.get(source)!.snapshot();
      assert.deepEqual(found, expected);
      assert.ok(before <= takenAt);
    }
  });

  describe("actions", () => {
    it("move a VM, which the next snapshot shows", async () => {
      const snapshot = await live.snapshot();
      const vm = snapshot.virtualMachines.find((each) => each.id === furniture.vms[4]);
      const target = snapshot.hosts.find(
        (host) => host.cluster === vm?.cluster && host.id !== vm?.host && !host.maintenance,
      );
      assert.ok(vm && target);
      await actions.relocate(vm.id, target.id, "highPriority");
      assert.equal(await actions.hostOf(vm.id), target.id);
      const after = (await live.snapshot()).virtualMachines.find((each) => each.id === vm.id);
      assert.equal(after?.host, target.id);
      assert.equal(after?.cluster, vm.cluster);
    });

    it("move a VM to another cluster, into its resource pool", async () => {
      const snapshot = await live.snapshot();
      const vm = snapshot.virtualMachines.find((each) => each.id === furniture.vms[5]);
      const other = snapshot.clusters.find((cluster) => cluster.id !== vm?.cluster);
      const target = snapshot.hosts.find((host) => host.cluster === other?.id);
      assert.ok(vm && other && target);
      await actions.relocate(vm.id, target.id);
      const after = (await live.snapshot()).virtualMachines.find((each) => each.id === vm.id);
      assert.equal(after?.cluster, other.id);
      assert.equal(after?.resourcePool, other.resourcePool);
    });

    it("add and remove a rule; a name that is taken is refused", async () => {
      const { clusters, virtualMachines } = await live.snapshot();
      const cluster = clusters[1].id;
      const members = virtualMachines.filter((vm) => vm.cluster === cluster).map((vm) => vm.id);
      const rule = { name: "new", kind: "vmAntiAffinity", virtualMachines: members.slice(0, 2) } as const;
      const key = await actions.addRule(cluster, rule);
      await assert.rejects(actions.addRule(cluster, rule), { code: "VCENTER_TASK_FAILED", message: /InvalidArgument/ });
      assert.deepEqual(
        (await live.snapshot()).clusters[1].rules.map((each) => [each.key, each.name, each.kind]),
        [[key, "new", "vmAntiAffinity"]],
      );
      await actions.removeRule(cluster, key);
      assert.deepEqual((await live.snapshot()).clusters[1].rules, []);
    });

    it("name the object that is gone", async () => {
      await assert.rejects(actions.relocate("vm-4711", furniture.hosts[0]), {
        code: "VCENTER_FAULT",
        message: /ManagedObjectNotFound/,
      });
    });

    it("tell versions and privileges", async () => {
      assert.match((await actions.about()).name, /^VMware vCenter Server/);
      assert.deepEqual(await actions.checkPrivileges(["Resource.HotMigrate", "System.Read"]), []);
    });
  });
});
