import assert from "node:assert/strict";
import type { Snapshot } from "../../engine/snapshot";
import {
  createVcenterActions,
  createVcenterInventory,
  type TaskDraft,
  taskName,
  type VcenterActions,
  type VcenterInventory,
} from "../../provider/vsphere";
import { Reference } from "../../provider/vsphere/values";
import { needs, startVcenter, type Vcenter } from "../testbed";

const HOUR = 3600;

describe("tasks that the vCenter is to do later, on the simulator", function () {
  this.timeout(120_000);
  needs("vcenter");

  let vcenter: Vcenter;
  let inventory: VcenterInventory;
  let actions: VcenterActions;
  let snapshot: Snapshot;
  before(async () => {
    vcenter = await startVcenter({ hosts: 3, vms: 3 });
    const { server, user, password, certificate } = vcenter;
    inventory = createVcenterInventory({
      server,
      user,
      password,
      caFile: certificate,
      insecure: false,
      timeoutSeconds: 30,
    });
    actions = createVcenterActions(inventory);
    snapshot = await inventory.snapshot();
  });
  after(async () => {
    await inventory?.close();
    await vcenter?.stop();
  });

  const now = () => Math.floor(Date.now() / 1000);
  /** A move of the cluster's nth VM to a host that it isn't on. */
  async function draft(n: number, over: Partial<TaskDraft> = {}): Promise<TaskDraft & { host: string }> {
    const vm = snapshot.virtualMachines.filter((item) => item.cluster !== null)[n];
    const host = snapshot.hosts.find((item) => item.cluster === vm.cluster && item.id !== vm.host)!.id;
    const spec = await actions.relocateSpec(vm.id, host);
    const name = taskName("p/s/nightly", vm.id);
    const common = { name, description: "d", vm: vm.id, runAt: now() + HOUR, priority: "lowPriority" };
    return { ...common, spec, ...over, host };
  }
  const found = async (key: string) => (await actions.scheduled.all()).find((task) => task.key === key);

  it("are kept as they were asked for, and changed in place", async () => {
    const asked = await draft(0);
    const key = await actions.scheduled.create(asked);
    const { vm, runAt, host, name } = asked;
    const kept = { key, name, vm, runAt, host, description: "d", enabled: true, method: "RelocateVM_Task" };
    const idle = { datastore: null, priority: "lowPriority", ranAt: null, state: "queued", error: "" };
    assert.deepEqual(await found(key), { ...kept, ...idle });
    await actions.scheduled.edit(key, { ...asked, runAt: runAt + 60, description: "later" });
    assert.deepEqual(await found(key), { ...kept, ...idle, runAt: runAt + 60, description: "later" });
    await actions.scheduled.remove(key);
    assert.equal(await found(key), undefined);
    await actions.scheduled.remove(key);
  });

  it("are refused where the name is taken, empty or too long, and where their time is past", async () => {
    const asked = await draft(0);
    const key = await actions.scheduled.create(asked);
    const create = (over: Partial<TaskDraft>) => actions.scheduled.create({ ...asked, ...over });
    await assert.rejects(create({}), { fault: "DuplicateName" });
    await assert.rejects(create({ name: "" }), { fault: "InvalidName" });
    await assert.rejects(create({ name: "n".repeat(81) }), { fault: "InvalidName" });
    await assert.rejects(create({ name: "past", runAt: now() - 60 }), { fault: "InvalidArgument" });
    await assert.rejects(create({ name: "nobody's", vm: "vm-none" }), { fault: "ManagedObjectNotFound" });
    await actions.scheduled.remove(key);
  });

  it("move their VMs when their time has come by the vCenter's clock, and stay with what became of them", async () => {
    const asked = await draft(1);
    const key = await actions.scheduled.create(asked);
    await vcenter.advance(HOUR / 2);
    assert.notEqual(await actions.hostOf(asked.vm), asked.host);
    await vcenter.advance(HOUR);
    assert.equal(await actions.hostOf(asked.vm), asked.host);
    const task = await found(key);
    assert.deepEqual([task?.state, task?.error, task?.ranAt], ["success", "", asked.runAt]);
    await actions.scheduled.remove(key);
  });

  it("say why they failed", async () => {
    const asked = await draft(2, { runAt: now() + 4 * HOUR });
    const key = await actions.scheduled.create({ ...asked, spec: { host: new Reference("HostSystem", "host-gone") } });
    await vcenter.advance(4 * HOUR);
    const task = await found(key);
    assert.deepEqual([task?.state, task?.ranAt], ["error", asked.runAt]);
    assert.match(task!.error, /^ManagedObjectNotFound/);
    assert.notEqual(await actions.hostOf(asked.vm), asked.host);
    await actions.scheduled.remove(key);
  });
});

describe("the name of a scheduled task", () => {
  it("is the owner's and the VM's, and one that vCenter takes", () => {
    assert.equal(taskName("p/s/nightly", "vm-42"), "affinity p/s/nightly vm-42");
    const long = (end: string) => taskName(`${"p".repeat(90)}/${end}`, "vm-42");
    assert.equal(long("a").length, 80);
    assert.notEqual(long("a"), long("b"));
    assert.match(long("a"), /~[0-9a-f]{8} vm-42$/);
  });
});
