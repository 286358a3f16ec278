import assert from "node:assert/strict";
import { AffinityError } from "../../../engine/errors";
import { createVcenterActions, createVcenterInventory } from "../../../provider/vsphere";
import { TransportError, VimFault } from "../../../provider/vsphere/errors";
import { VcenterSession } from "../../../provider/vsphere/session";
import type { VimCall, VimTransport } from "../../../provider/vsphere/transport";
import { Reference, type Tree } from "../../../provider/vsphere/values";
import {
  type CannedVcenter,
  type Certificate,
  type Handler,
  makeCertificate,
  namedObject,
  PASSWORD,
  startCanned,
  status,
} from "./canned";

const EXPIRED = { fault: "NotAuthenticated", message: "The session is not authenticated." };
const FAST = { retryDelayMs: 1, pageSize: 1 };

/** A transport that answers what it is told, in turn. */
class Scripted implements VimTransport {
  readonly calls: string[] = [];
  constructor(private readonly script: Record<string, (Tree | Error)[]>) {}
  invoke(call: VimCall): Promise<Tree> {
    this.calls.push(call.method);
    if (call.method === "RetrieveServiceContent") {
      const manager = { "@type": "SessionManager", "#text": "SessionManager" };
      return Promise.resolve({ about: { apiType: "VirtualCenter" }, sessionManager: manager });
    }
    if (call.method === "Login") return Promise.resolve({ key: "key" });
    const next = this.script[call.method]?.shift();
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

const settings = { server: "vc", user: "user", password: "p", insecure: false, timeoutSeconds: 1 };
const vm = new Reference("VirtualMachine", "vm-1");
const refused = (neverLeft: boolean) =>
  new TransportError({ code: "VCENTER_UNREACHABLE", message: "gone", transient: true, neverLeft });

describe("vCenter session", () => {
  let certificate: Certificate;
  let vcenter: CannedVcenter | undefined;
  before(async () => {
    certificate = await makeCertificate();
  });
  const start = async (handlers: Record<string, Handler>) => (vcenter = await startCanned(certificate, handlers));
  afterEach(async () => {
    await vcenter?.stop();
    vcenter = undefined;
  });

  it("logs in once for calls that come together, sends the session's cookie, and logs out", async () => {
    const { settings, calls, count } = await start({});
    const inventory = createVcenterInventory(settings, FAST);
    const actions = createVcenterActions(inventory);
    await Promise.all([actions.about(), actions.about(), actions.hostOf("vm-1").catch(() => null)]);
    await inventory.close();
    assert.equal(count("Login"), 1);
    assert.equal(count("Logout"), 1);
    assert.equal(calls.at(-1)?.headers.cookie, 'vmware_soap_session="session-1"');
  });

  it("logs in anew when the session ends between two pages, and reads each object once", async () => {
    const page = (id: string, token: string) => `<returnval>${token}${namedObject("Network", id, id)}</returnval>`;
    const { settings, count } = await start({
      RetrievePropertiesEx: (call) =>
        call.body.includes("pathSet>field<") ? "" : page("network-1", "<token>more</token>"),
      ContinueRetrievePropertiesEx: (call) => (call.before === 0 ? EXPIRED : page("network-2", "")),
    });
    const inventory = createVcenterInventory(settings, FAST);
    const snapshot = await inventory.snapshot();
    await inventory.close();
    assert.deepEqual(
      snapshot.networks.map((network) => network.name),
      ["network-1", "network-2"],
    );
    assert.equal(count("Login"), 2);
    assert.equal(count("ContinueRetrievePropertiesEx"), 2);
  });

  it("takes a session that is refused again straight after its login for an error, naming method and fault", async () => {
    const { settings, count } = await start({ CurrentTime: EXPIRED });
    const inventory = createVcenterInventory(settings, FAST);
    await assert.rejects(inventory.snapshot(), (error: AffinityError) => {
      assert.equal(error.code, "VCENTER_FAULT");
      assert.match(error.message, /CurrentTime.*NotAuthenticated/);
      return true;
    });
    await inventory.close();
    assert.equal(count("Login"), 2);
  });

  it("repeats a read that a proxy turned away, and gives up after the third time", async () => {
    const { settings, count } = await start({
      CurrentTime: (call) => (call.before < 2 ? status(503) : "<returnval>2026-01-02T03:04:05Z</returnval>"),
      CreateContainerView: status(503),
    });
    const inventory = createVcenterInventory(settings, FAST);
    await assert.rejects(inventory.snapshot(), { code: "VCENTER_UNREACHABLE" });
    await inventory.close();
    // The third attempt at the whole read is the first to get past the clock, and the last.
    assert.equal(count("CurrentTime"), 3);
    assert.equal(count("CreateContainerView"), 1);
    assert.equal(count("Login"), 1);
  });

  it("never repeats an action that may have reached the vCenter", async () => {
    const transport = new Scripted({ RelocateVM_Task: [refused(false), "task"] });
    const session = new VcenterSession(transport, settings, FAST);
    await assert.rejects(
      session.act((invoke) => invoke("RelocateVM_Task", vm)),
      { code: "VCENTER_UNREACHABLE" },
    );
    await session.close();
    assert.equal(transport.calls.filter((method) => method === "RelocateVM_Task").length, 1);
  });

  it("does not repeat an action answered with 503", async () => {
    const found = (name: string, value: string) =>
      `<returnval><objects><obj type="Any">x</obj><propSet><name>${name}</name>${value}</propSet></objects></returnval>`;
    const { settings, count } = await start({
      RetrievePropertiesEx: (call) =>
        call.body.includes("pathSet>info<")
          ? found("info", "<val><state>success</state></val>")
          : found("parent", '<val type="ClusterComputeResource">domain-c1</val>'),
      CheckRelocate_Task: '<returnval type="Task">task-1</returnval>',
      RelocateVM_Task: status(503),
    });
    const inventory = createVcenterInventory(settings, FAST);
    await assert.rejects(createVcenterActions(inventory).relocate("vm-1", "host-2"), { code: "VCENTER_UNREACHABLE" });
    await inventory.close();
    assert.equal(count("CheckRelocate_Task"), 1);
    assert.equal(count("RelocateVM_Task"), 1);
  });

  it("repeats an action whose connection was refused, and one that had no session", async () => {
    const transport = new Scripted({
      RelocateVM_Task: [refused(true), new VimFault("RelocateVM_Task", "NotAuthenticated", undefined, ""), "task-7"],
    });
    const session = new VcenterSession(transport, settings, FAST);
    assert.equal(await session.act((invoke) => invoke("RelocateVM_Task", vm)), "task-7");
    await session.close();
    assert.equal(transport.calls.filter((method) => method === "Login").length, 2);
  });

  it("refuses a wrong password at once, and shows it to nobody, even if the server repeats it", async () => {
    const { settings, count } = await start({
      Login: { fault: "InvalidLogin", message: "no user with the password s3cret&amp;&lt;word&gt;" },
    });
    const inventory = createVcenterInventory(settings, FAST);
    await assert.rejects(inventory.snapshot(), (error: AffinityError) => {
      assert.equal(error.code, "VCENTER_LOGIN_FAILED");
      assert.match(error.message, /"user"/);
      const everything = [error.describe(), error.stack, JSON.stringify(error), String((error.cause as Error).stack)];
      assert.ok(!everything.join().includes(PASSWORD));
      return true;
    });
    await inventory.close();
    assert.equal(count("Login"), 1);
  });

  it("keeps an idle session open", async () => {
    const { settings, count } = await start({});
    const inventory = createVcenterInventory(settings, { ...FAST, keepAliveMs: 5 });
    await createVcenterActions(inventory).about();
    while (count("CurrentTime") < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await inventory.close();
    assert.equal(count("Logout"), 1);
  });

  it("says so when the address is an ESXi host", async () => {
    const { settings } = await start({
      RetrieveServiceContent: "<returnval><about><apiType>HostAgent</apiType></about></returnval>",
    });
    const inventory = createVcenterInventory(settings, FAST);
    await assert.rejects(inventory.snapshot(), { code: "VCENTER_ANSWER_INVALID", message: /ESXi host/ });
    await inventory.close();
  });

  it("stops when told, with the reason it was given", async () => {
    const { settings } = await start({ CurrentTime: { respond: () => undefined } });
    const inventory = createVcenterInventory(settings, FAST);
    const controller = new AbortController();
    const snapshot = inventory.snapshot(controller.signal);
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await assert.rejects(snapshot, { message: "enough" });
    await inventory.close();
  });
});
