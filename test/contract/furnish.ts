import type { VcenterSettings } from "../../provider/settings";
import type { VcenterInventory } from "../../provider/vsphere";
import { HttpsClient } from "../../provider/vsphere/https";
import { waitForTask } from "../../provider/vsphere/tasks";
import { number, type Parameter, Reference, reference, type Tree } from "../../provider/vsphere/values";

/** What the first cluster of a furnished vCenter holds. */
export interface Furniture {
  readonly vms: readonly string[];
  readonly hosts: readonly string[];
  readonly hostInMaintenance: string;
}

/** Gives the simulator's first cluster rules of every kind, groups, overrides, tags, attributes and a host under repair. */
export async function furnish(inventory: VcenterInventory, settings: VcenterSettings): Promise<Furniture> {
  const { session } = inventory;
  const snapshot = await inventory.snapshot();
  const cluster = snapshot.clusters[0];
  const vms = snapshot.virtualMachines.filter((vm) => vm.cluster === cluster.id).map((vm) => vm.id);
  const hosts = snapshot.hosts.filter((host) => host.cluster === cluster.id).map((host) => host.id);
  const vmRef = (id: string) => new Reference("VirtualMachine", id);
  const hostRef = (id: string) => new Reference("HostSystem", id);
  const run = async (method: string, self: Reference, parameters: Record<string, Parameter>) => {
    const task: Tree = await session.act((invoke) => invoke(method, self, parameters));
    await waitForTask(session, reference(task)!, method);
  };
  const reconfigure = (spec: Record<string, Parameter>) =>
    run("ReconfigureComputeResource_Task", new Reference("ClusterComputeResource", cluster.id), {
      spec: { _typeName: "ClusterConfigSpecEx", ...spec },
      modify: true,
    });
  const group = (type: string, name: string, members: Record<string, Parameter>): Parameter => ({
    operation: "add",
    info: { _typeName: type, name, ...members },
  });
  const rule = (type: string, name: string, mandatory: boolean, fields: Record<string, Parameter>): Parameter => ({
    operation: "add",
    info: { _typeName: type, enabled: true, name, mandatory, userCreated: true, ...fields },
  });

  await reconfigure({
    drsConfig: { enabled: true, defaultVmBehavior: "partiallyAutomated" },
    drsVmConfigSpec: [
      { operation: "add", info: { key: vmRef(vms[0]), enabled: true, behavior: "manual" } },
      { operation: "add", info: { key: vmRef(vms[1]), enabled: false } },
    ],
    groupSpec: [
      group("ClusterVmGroup", "db", { vm: vms.slice(0, 2).map(vmRef) }),
      group("ClusterVmGroup", "web", { vm: vms.slice(2, 4).map(vmRef) }),
      group("ClusterHostGroup", "big", { host: hosts.slice(0, 2).map(hostRef) }),
    ],
    rulesSpec: [
      rule("ClusterAffinityRuleSpec", "together & <so on>", false, { vm: vms.slice(0, 2).map(vmRef) }),
      rule("ClusterAntiAffinityRuleSpec", "apart", false, { vm: vms.slice(2, 5).map(vmRef) }),
      rule("ClusterVmHostRuleInfo", "licensed", true, { vmGroupName: "db", affineHostGroupName: "big" }),
      rule("ClusterVmHostRuleInfo", "not there", false, { vmGroupName: "web", antiAffineHostGroupName: "big" }),
      rule("ClusterDependencyRuleInfo", "after", false, { vmGroup: "web", dependsOnVmGroup: "db" }),
    ],
  });
  const hostInMaintenance = hosts[3];
  await run("EnterMaintenanceMode_Task", hostRef(hostInMaintenance), { timeout: 0 });

  await session.act(async (invoke, content) => {
    const manager = content.service("customFieldsManager");
    const field = await invoke("AddCustomFieldDef", manager, { name: "owner", moType: "VirtualMachine" });
    await invoke("SetField", manager, { entity: vmRef(vms[0]), key: number(field, "key")!, value: "R&D <team>" });
  });
  await attachTags(settings, [
    { category: "zone", tag: "a/b", objects: [vmRef(vms[0]), hostRef(hosts[0])] },
    { category: "compliance", tag: "pci", objects: [vmRef(vms[0])] },
  ]);
  return { vms, hosts, hostInMaintenance };
}

async function attachTags(
  settings: VcenterSettings,
  tags: readonly { category: string; tag: string; objects: readonly Reference[] }[],
): Promise<void> {
  const https = new HttpsClient(settings);
  const post = async (path: string, headers: Record<string, string>, body?: unknown) => {
    const answer = await https.request({
      method: "POST",
      path: `/rest/com/vmware/cis/${path}`,
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    return answer.body === "" ? "" : String((JSON.parse(answer.body) as { value?: unknown }).value);
  };
  const basic = Buffer.from(`${settings.user}:${settings.password}`).toString("base64");
  const headers = { "vmware-api-session-id": await post("session", { authorization: `Basic ${basic}` }) };
  for (const { category, tag, objects } of tags) {
    const categorySpec = { name: category, description: "", cardinality: "MULTIPLE", associable_types: [] };
    const categoryId = await post("tagging/category", headers, { create_spec: categorySpec });
    const tagSpec = { name: tag, description: "", category_id: categoryId };
    const tagId = await post("tagging/tag", headers, { create_spec: tagSpec });
    for (const { type, id } of objects) {
      await post(`tagging/tag-association/id:${tagId}?~action=attach`, headers, { object_id: { type, id } });
    }
  }
  await https.close();
}
