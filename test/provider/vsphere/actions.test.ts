import assert from "node:assert/strict";
import type { AffinityError } from "../../../engine/errors";
import { createVcenterActions, createVcenterInventory, type VcenterActions } from "../../../provider/vsphere";
import {
  type Answer,
  type CannedCall,
  type CannedVcenter,
  type Certificate,
  type Handler,
  makeCertificate,
  startCanned,
} from "./canned";

const properties = (inner: string) => `<returnval><objects><obj type="Any">x</obj>${inner}</objects></returnval>`;
const property = (name: string, value: string) => `<propSet><name>${name}</name>${value}</propSet>`;
const host = (id: string) => property("runtime.host", `<val type="HostSystem">${id}</val>`);

/** Answers of a vCenter whose tasks end as told, by task id, and whose VM is on `host-1`. */
const vcenterWith = (tasks: Record<string, string>): Record<string, Handler> => ({
  CheckRelocate_Task: '<returnval type="Task">task-check</returnval>',
  RelocateVM_Task: '<returnval type="Task">task-move</returnval>',
  RetrievePropertiesEx: ({ body }) => {
    const task = Object.keys(tasks).find((id) => body.includes(`>${id}<`));
    if (task) return properties(property("info", `<val>${tasks[task]}</val>`));
    if (body.includes("runtime.host")) return properties(host("host-1"));
    return properties(property("parent", '<val type="ClusterComputeResource">domain-c1</val>'));
  },
});
const SUCCESS = "<state>success</state>";
const objection = (type: string, message: string) =>
  `<error><fault xsi:type="${type}"/><localizedMessage>${message}</localizedMessage></error>`;

describe("vCenter actions", () => {
  let certificate: Certificate;
  let vcenter: CannedVcenter;
  before(async () => {
    certificate = await makeCertificate();
  });
  afterEach(() => vcenter.stop());

  const withActions = async (handlers: Record<string, Handler>, work: (actions: VcenterActions) => Promise<void>) => {
    vcenter = await startCanned(certificate, handlers);
    const inventory = createVcenterInventory(vcenter.settings, { retryDelayMs: 1 });
    await work(createVcenterActions(inventory)).finally(() => inventory.close());
  };

  it("move nothing that vCenter objects to, and list every objection", async () => {
    const check = `${SUCCESS}<result><CheckResult>${objection("NotSupported", "no vMotion network")}${objection("DisallowedMigration", "pinned")}</CheckResult></result>`;
    await withActions(vcenterWith({ "task-check": check }), async (actions) => {
      await assert.rejects(actions.relocate("vm-1", "host-2"), (error: AffinityError) => {
        assert.equal(error.code, "VCENTER_RELOCATE_REFUSED");
        assert.deepEqual(error.problems, [
          { path: "vm-1", message: "NotSupported: no vMotion network" },
          { path: "vm-1", message: "DisallowedMigration: pinned" },
        ]);
        return true;
      });
    });
    assert.equal(vcenter.count("RelocateVM_Task"), 0);
  });

  it("name the fault of a move that failed", async () => {
    const failed = `<state>error</state>${objection("MigrationFault", "timed out")}`;
    await withActions(vcenterWith({ "task-check": SUCCESS, "task-move": failed }), async (actions) => {
      await assert.rejects(actions.relocate("vm-1", "host-2"), {
        code: "VCENTER_TASK_FAILED",
        message: "moving vm-1 to host-2 failed: MigrationFault: timed out",
      });
    });
  });

  it("believe no task that succeeded while the VM is elsewhere", async () => {
    await withActions(vcenterWith({ "task-check": SUCCESS, "task-move": SUCCESS }), async (actions) => {
      await assert.rejects(actions.relocate("vm-1", "host-2"), {
        code: "VCENTER_RELOCATE_UNVERIFIED",
        message: /runs on host-1/,
      });
      await actions.relocate("vm-1", "host-1", "highPriority");
    });
    assert.match(vcenter.calls.findLast((call) => call.method === "RelocateVM_Task")?.body ?? "", /highPriority/);
  });

  it("believe no task that succeeded while the VM's disks are elsewhere", async () => {
    const stores = (body: string) =>
      body.includes(">datastore<")
        ? properties(
            property(
              "datastore",
              '<val><ManagedObjectReference type="Datastore">store-1</ManagedObjectReference></val>',
            ),
          )
        : null;
    const handlers = vcenterWith({ "task-check": SUCCESS, "task-move": SUCCESS });
    const ask = handlers.RetrievePropertiesEx as (call: CannedCall) => Answer;
    const asked = { ...handlers, RetrievePropertiesEx: (call: CannedCall) => stores(call.body) ?? ask(call) };
    await withActions(asked, async (actions) => {
      const to = (datastore: string) => actions.relocate("vm-1", "host-1", "defaultPriority", { datastore });
      await to("store-1");
      await assert.rejects(to("store-2"), { code: "VCENTER_RELOCATE_UNVERIFIED", message: /disks are on store-1/ });
    });
  });

  it("report progress, and leave a task that takes too long to vCenter", async () => {
    const running = "<state>running</state><progress>42</progress>";
    const seen: number[] = [];
    await withActions(vcenterWith({ "task-check": SUCCESS, "task-move": running }), async (actions) => {
      const options = { timeoutSeconds: 0.2, onProgress: (percent: number) => void seen.push(percent) };
      await assert.rejects(actions.relocate("vm-1", "host-2", "defaultPriority", options), {
        code: "VCENTER_TIMEOUT",
        message: /task-move is running/,
      });
    });
    assert.equal(seen[0], 42);
    assert.equal(vcenter.count("RelocateVM_Task"), 1);
  });

  it("name the privileges that the user lacks, asked for the session's own user", async () => {
    const HasPrivilegeOnEntity = "<returnval>true</returnval><returnval>false</returnval>";
    await withActions({ HasPrivilegeOnEntity }, async (actions) => {
      assert.deepEqual(await actions.checkPrivileges(["System.Read", "Resource.HotMigrate"]), ["Resource.HotMigrate"]);
    });
    assert.match(vcenter.calls.find((call) => call.method === "HasPrivilegeOnEntity")?.body ?? "", />the-key</);
  });
});
